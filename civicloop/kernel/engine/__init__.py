"""The database engine: an embedded PostgreSQL that we look after, or the server DATABASE_URL names."""

from civicloop.kernel.engine.address import connection_settings, database_url, parse_url
from civicloop.kernel.engine.places import home, trial_secret
from civicloop.kernel.engine.programs import debian_bindir
from civicloop.kernel.engine.safety import refuse_unsafe
from civicloop.kernel.engine.server import Server, ensure_running, put_aside, running, status, stop
from civicloop.kernel.engine.throwaway import throwaway
from civicloop.kernel.engine.upgrade import upgrade

__all__ = [
    "Server", "connection_settings", "database_url", "debian_bindir", "ensure_running", "home", "parse_url",
    "put_aside", "refuse_unsafe", "running", "status", "stop", "throwaway", "trial_secret", "upgrade",
]  # fmt: skip
