"""Tests run on a real PostgreSQL: a throw-away server of their own, the embedded one unless told otherwise.

CIVICLOOP_TEST_PG=15 takes the server of that version from where Debian installs it.
"""

import os
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest

_stack = ExitStack()
_DSN = "CIVICLOOP_TEST_DSN"


def _dsn() -> str:
    """The address of the throw-away server, started by the first process that asks."""
    if _DSN not in os.environ:
        from civicloop.kernel.engine import debian_bindir, throwaway

        version = os.environ.get("CIVICLOOP_TEST_PG")
        os.environ[_DSN] = _stack.enter_context(
            throwaway(debian_bindir(int(version)) if version else None, durable=False)
        )
    return os.environ[_DSN]


def pytest_configure(config: pytest.Config) -> None:
    if getattr(config.option, "numprocesses", None):
        _dsn()  # before the workers start, so that they share it


def pytest_unconfigure() -> None:
    _stack.close()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    from django.db import connections

    from civicloop.kernel.engine import parse_url

    settings = connections.settings["default"]
    settings.update(parse_url(_dsn()))
    settings["OPTIONS"] = {
        name: value for name, value in settings.get("OPTIONS", {}).items() if name != "pool"
    }
    connections["default"].settings_dict.update(settings)


@pytest.fixture(autouse=True, scope="session")
def _settings_of_tests(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Passwords by the same algorithm at a fraction of its cost; files where the tests end with them."""
    from django.test.utils import override_settings

    files = str(tmp_path_factory.mktemp("files"))
    with override_settings(PASSWORD_HASHERS=["tests.hashers.Quick"], CIVICLOOP_FILES=files):
        yield


@pytest.fixture(autouse=True, scope="session")
def _the_trail_lets_tests_flush() -> Iterator[None]:
    """Tests with real commits empty the tables afterwards, which the trail's guards would refuse; what the
    installation was seeded with is put back."""
    from django.db import transaction
    from django.db.backends.postgresql.operations import DatabaseOperations

    def flush(self: Any, statements: list[str]) -> None:
        from civicloop.kernel.clock.models import CalendarDay, CalendarEdition
        from civicloop.kernel.clock.seed import seed

        with transaction.atomic(using=self.connection.alias), self.connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
            for statement in statements:
                cursor.execute(statement)
            cursor.execute("TRUNCATE procrastinate_jobs CASCADE")
            cursor.execute("SET LOCAL session_replication_role = origin")
            seed(CalendarEdition, CalendarDay)

    patch = pytest.MonkeyPatch()
    patch.setattr(DatabaseOperations, "execute_sql_flush", flush)
    yield
    patch.undo()
