"""The database engine: an embedded PostgreSQL under our own supervision, or the server that DATABASE_URL names."""

from civicloop.kernel.engine.address import connection_settings, database_url
from civicloop.kernel.engine.places import home, trial_secret
from civicloop.kernel.engine.safety import refuse_unsafe
from civicloop.kernel.engine.server import Server, ensure_running, running, status, stop
from civicloop.kernel.engine.throwaway import throwaway
from civicloop.kernel.engine.upgrade import upgrade

__all__ = [
    "Server", "connection_settings", "database_url", "ensure_running", "home", "refuse_unsafe", "running", "status",
    "stop", "throwaway", "trial_secret", "upgrade",
]  # fmt: skip
