"""civicloop: the one command.

civicloop run                      a trial: database, sample city, web and worker, until Ctrl-C
civicloop serve [--tls]            web and worker for production
civicloop load divisions FILE      also: boundaries, sites, cases, calendar
civicloop audit verify             also: export, witness, seal
civicloop django …                 any Django command
"""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from civicloop.kernel.refused import Refused


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns what the shell gets."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "civicloop.config.settings")
    given = list(sys.argv[1:] if argv is None else argv)
    if given[:1] == ["django"]:
        return _django(given[1:])
    asked = _parser().parse_args(given)
    try:
        return int(asked.do(asked) or 0)
    except Refused as no:
        sys.stderr.write(f"{no}\n")
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "civicloop", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    verbs = parser.add_subparsers(required=True, metavar="COMMAND")

    run = verbs.add_parser("run", help="a trial with the sample city")
    run.add_argument("--no-demo", action="store_true", help="start without the sample city")
    run.set_defaults(do=_run)

    serve = verbs.add_parser("serve", help="web and worker together, for production")
    serve.add_argument(
        "--tls", action="store_true", help="HTTPS with a certificate of its own (phones need it)"
    )
    serve.set_defaults(do=_serve)

    verbs.add_parser("web", help="the web process alone").set_defaults(do=_web)
    verbs.add_parser("worker", help="the worker alone").set_defaults(do=_worker)
    verbs.add_parser("migrate", help="bring the database up to date").set_defaults(do=_migrate)

    engine = verbs.add_parser("engine", help="the embedded PostgreSQL")
    engine.add_argument("what", choices=["start", "stop", "status", "upgrade"])
    engine.set_defaults(do=_engine)

    load = verbs.add_parser("load", help="bring files in")
    load.add_argument("what", choices=["divisions", "boundaries", "sites", "cases", "calendar"])
    load.add_argument("file", type=Path)
    load.add_argument("--map", type=Path, help="JSON that says which column is what")
    load.add_argument("--only", default="", help="divisions: only below this code")
    load.add_argument("--system", default="wgs84", help="boundaries: wgs84, gcj02 or bd09")
    load.add_argument("--year", type=int, help="calendar: the year of the notice")
    load.add_argument("--unplaced", type=Path, help="write the rows that could not be placed to this XLSX")
    load.add_argument("--dry-run", action="store_true", help="say what would happen, change nothing")
    load.add_argument("--json", action="store_true", help="the report as JSON on standard output")
    load.set_defaults(do=_load)

    audit = verbs.add_parser("audit", help="seals and their verification")
    audit.add_argument("what", choices=["verify", "export", "witness", "seal"])
    audit.add_argument("file", nargs="?", type=Path, help="export, witness: where to write")
    audit.add_argument("--witness", type=Path, help="verify: a seal that another office kept")
    audit.add_argument("--files", action="store_true", help="verify: the photos' bytes too")
    audit.add_argument("--json", action="store_true")
    audit.set_defaults(do=_audit)

    first = verbs.add_parser(
        "first-people", help="accounts for the three administrators of a new installation"
    )
    first.add_argument("code", help="code of the division that they look after; load the divisions first")
    first.set_defaults(do=_first_people)

    demo = verbs.add_parser("demo", help="load the sample city into an empty database")
    demo.add_argument("--city", default="", help="four-digit code; CIVICLOOP_CITY otherwise")
    demo.add_argument("--cases", type=int, default=0)
    demo.set_defaults(do=_demo)
    return parser


def _setup() -> None:
    """Django with a database that answers."""
    import django

    from civicloop.kernel.engine import ensure_running

    ensure_running()
    django.setup()


def _django(argv: Sequence[str]) -> int:
    from django.core.management import execute_from_command_line

    from civicloop.kernel.engine import ensure_running

    if argv[:1] not in (["makemigrations"], ["makemessages"]):
        ensure_running()
    execute_from_command_line(["civicloop django", *argv])
    return 0


def _run(asked: argparse.Namespace) -> int:
    from civicloop.config import supervise

    return supervise.run(demo=not asked.no_demo)


def _serve(asked: argparse.Namespace) -> int:
    from civicloop.config import supervise

    return supervise.serve(tls=asked.tls)


def _web(asked: argparse.Namespace) -> int:
    from civicloop.config import supervise

    return supervise.web()


def _worker(asked: argparse.Namespace) -> int:
    from civicloop.config import supervise

    return supervise.worker()


def _migrate(asked: argparse.Namespace) -> int:
    return _django(["migrate", "--verbosity", "1"])


def _engine(asked: argparse.Namespace) -> int:
    from civicloop.kernel import engine

    if asked.what == "start":
        engine.ensure_running()
    elif asked.what == "stop":
        engine.stop()
    elif asked.what == "upgrade":
        engine.upgrade()
    sys.stdout.write(engine.status() + "\n")
    return 0


def _load(asked: argparse.Namespace) -> int:
    _setup()
    from civicloop.config import loading

    return loading.load(asked)


def _audit(asked: argparse.Namespace) -> int:
    _setup()
    from civicloop.config import audit

    return audit.audit(asked)


def _first_people(asked: argparse.Namespace) -> int:
    _setup()
    from civicloop.divisions.finding import division_of
    from civicloop.people.operations.first import first_people

    for role, username, password in first_people(division_of(asked.code)):
        sys.stdout.write(f"{role}\t{username}\t{password}\n")
    return 0


def _demo(asked: argparse.Namespace) -> int:
    _setup()
    from django.conf import settings

    from civicloop.demo.city import load_city

    load_city(asked.city or settings.CIVICLOOP_CITY, cases=asked.cases or settings.CIVICLOOP_DEMO_CASES)
    return 0


if __name__ == "__main__":
    sys.exit(main())
