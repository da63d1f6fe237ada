"""The two kinds of process of an installation, web and worker, and how neither outlives its parent."""

import os
import signal
import sys
import threading
import time
from pathlib import Path

PARENT = "CIVICLOOP_PARENT"  # set by whoever starts a child: the number of the process it belongs to
GRACE = 10  # seconds a child may use to finish what it has in hand


def watch_parent() -> None:
    """Ends this process soon after its parent is gone, even by `kill -9`; only in a child of ours.

    A left-over web process would keep the port and serve old code; a left-over worker would take jobs.
    """
    named = os.environ.get(PARENT)
    if not named or not named.isdigit():
        return
    parent = int(named)
    threading.Thread(target=_leave_with, args=(parent,), name="watch-parent", daemon=True).start()


def _leave_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(0.3)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(GRACE)
    os._exit(1)


def web(host: str, port: int, *, certificate: Path | None = None, key: Path | None = None) -> None:
    """Serves pages and API at host:port until a signal comes."""
    from granian.constants import Interfaces
    from granian.http import HTTP1Settings
    from granian.log import LogLevels
    from granian.server import Server

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "civicloop.config.settings")
    from django.conf import settings

    watch_parent()
    os.environ[PARENT] = str(os.getpid())  # for the workers that granian starts below; see wsgi.py
    processes: int = settings.CIVICLOOP_WEB_PROCESSES
    Server(
        "civicloop.config.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=processes,
        blocking_threads=settings.CIVICLOOP_WEB_THREADS,
        # A kept connection stays with its process, however busy that is; a fresh one finds a free process.
        http1_settings=HTTP1Settings(keep_alive=processes == 1),
        websockets=False,
        respawn_failed_workers=True,
        workers_kill_timeout=GRACE,
        log_level=LogLevels.error,
        ssl_cert=certificate,
        ssl_key=key,
    ).serve()


def worker() -> None:
    """Works through the jobs in the database until a signal comes."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "civicloop.config.settings")
    watch_parent()
    django.setup()
    from procrastinate.contrib.django import app
    from procrastinate.contrib.django.django_connector import DjangoConnector

    assert isinstance(app.connector, DjangoConnector)
    with app.replace_connector(app.connector.get_worker_connector()) as working:
        working.run_worker(shutdown_graceful_timeout=GRACE, delete_jobs="successful")


if __name__ == "__main__":
    kind, *rest = sys.argv[1:]
    if kind == "web":
        web(rest[0], int(rest[1]), **dict(zip(("certificate", "key"), map(Path, rest[2:]), strict=False)))
    else:
        worker()
