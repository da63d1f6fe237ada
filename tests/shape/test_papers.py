"""What no file of the house may hold, and what each part must bring along."""

import ast
import csv
import gzip
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import call_command

from tests.shape.house import ROOT, standing

pytestmark = pytest.mark.shape
BIG_CITIES = (
    "北京",
    "上海",
    "广州",
    "深圳",
    "重庆",
    "武汉",
    "成都",
    "杭州",
    "天津",
    "Beijing",
    "Shanghai",
    "Chicago",
)
# Where a real name is no place of ours: a time zone, and the sample's own folder.
EXEMPT = ("civicloop/demo/", "static/vendor/")
NO_PLACE = re.compile(r"Asia/Shanghai|Shanghai time|上海时间")
OURS = ("civicloop", "templates", "static", "locale", "bin", "tests", "prove", "bench", "docs", ".ci")


def files(*tops: str, suffixes: tuple[str, ...] = ()) -> Iterator[tuple[str, str]]:
    """Name and text of our text files under these folders, tests and what npm brought left out."""
    for top in tops:
        for file in sorted((ROOT / top).rglob("*")):
            name = file.relative_to(ROOT).as_posix()
            if (
                file.is_file()
                and "__pycache__" not in name
                and "/vendor/" not in name
                and file.suffix not in {".gz", ".png", ".jpg", ".ico", ".mo", ".pyc", ".woff2", ".webp"}
                and (not suffixes or file.suffix in suffixes)
            ):
                yield name, file.read_text(encoding="utf-8", errors="replace")


def place_names() -> set[str]:
    """Names of the real cities and districts that the sample knows, without their 市 or 区."""
    names = set(BIG_CITIES)
    with gzip.open(ROOT / "civicloop/demo/data/divisions_jiangsu.csv.gz", "rt", encoding="utf-8-sig") as rows:
        for row in csv.DictReader(rows):
            code, name = (
                next(iter(row.values())).strip(),
                next(v for k, v in row.items() if "name" in k.lower()),
            )
            if len(code) in {4, 6} and not name.startswith(("市辖区", "县")):
                stem = re.sub(r"(经济技术开发区|开发区|新区|区|县|市)$", "", name)
                names.add(stem if len(stem) > 1 else name)
    return {name for name in names if len(name) > 1}


def test_the_code_names_no_real_city() -> None:
    found = re.compile("|".join(sorted(map(re.escape, place_names()), key=len, reverse=True)))
    wrong = []
    for name, text in files("civicloop", "templates", "static", "locale"):
        if name.startswith(EXEMPT) or "/tests/" in name or name.endswith("SOURCES.md") or "/data/" in name:
            continue
        for number, line in enumerate(NO_PLACE.sub("", text).splitlines(), start=1):
            if hit := found.search(line):
                wrong.append(f"{name}:{number} names {hit[0]}")
    assert not wrong, "\n".join(wrong)


def test_no_file_knows_this_machine() -> None:
    """No absolute path of a home, a checkout or a scratch folder, and no private package host."""
    path = re.compile(r"(?<![\w.~$}])/(?:home/(?!\$)[a-z]|Users/[A-Za-z]|root/|work/|workspace/|mnt/[a-z])")
    hosts = re.compile(
        r"registry\.npm|npmmirror|pypi\.org|files\.pythonhosted|aliyun\.com/pypi|tuna\.tsinghua|artifactory|nexus\."
    )
    wrong = []
    for name, text in files(*OURS, suffixes=()):
        if name == "tests/shape/test_papers.py":
            continue
        for number, line in enumerate(text.splitlines(), start=1):
            if path.search(line) or hosts.search(line):
                wrong.append(f"{name}:{number}: {line.strip()[:100]}")
    for top in (
        "Makefile",
        "pyproject.toml",
        "package.json",
        "package-lock.json",
        *(f.name for f in ROOT.glob("requirements*")),
    ):
        text = (ROOT / top).read_text()
        if hosts.search(text) or path.search(text):
            wrong.append(top)
    assert not wrong, "\n".join(wrong)


def test_pages_carry_no_inline_style_script_or_handler() -> None:
    """The content policy would drop them; so nobody writes them."""
    inline = re.compile(r"<style|<script(?![^>]*\ssrc=)|\sstyle=|\son[a-z]+=|javascript:", re.IGNORECASE)
    wrong = []
    for name, text in files("templates", "civicloop", suffixes=(".html",)):
        text = re.sub(r"{#.*?#}|{% comment %}.*?{% endcomment %}", "", text, flags=re.DOTALL)
        # Data that a module reads is no script.
        text = re.sub(r"<script[^>]*type=\"application/json\"", "", text)
        wrong += [f"{name}: {hit[0]}" for hit in inline.finditer(text)]
    assert not wrong, "\n".join(wrong)


def test_every_floor_says_in_at_most_twenty_lines_what_it_is() -> None:
    for floor in standing():
        paper = ROOT / "civicloop" / floor / "README.md"
        assert paper.exists(), f"civicloop/{floor}/README.md is missing"
        assert len(paper.read_text().splitlines()) <= 20, paper


# Who may ask the computer's clock: the business clock itself, what happens to the machine rather than to the
# work (sessions, tokens, locks, jobs), and the sample, which makes business time.
CLOCKS = ("civicloop/kernel/clock/", "civicloop/people/", "civicloop/demo/", "civicloop/kernel/trail/jobs.py")


def test_nobody_asks_the_computer_what_time_it_is_for_business() -> None:
    asks = re.compile(
        r"\b(datetime\.now|datetime\.utcnow|datetime\.today|date\.today|timezone\.now|utcnow|localdate\(\s*\)|localtime\(\s*\))"
    )
    wrong = [
        f"{name}:{number}: {line.strip()}"
        for name, text in files("civicloop", suffixes=(".py",))
        if not name.startswith(CLOCKS) and "/tests/" not in name and "/migrations/" not in name
        for number, line in enumerate(text.splitlines(), start=1)
        if asks.search(line.split("#")[0])
    ]
    assert not wrong, "\n".join(wrong)


def test_no_moment_is_made_without_a_zone() -> None:
    wrong = []
    for name, text in files("civicloop", suffixes=(".py",)):
        if "/tests/" in name:
            continue
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                called = f"{ast.unparse(node.func.value)}.{node.func.attr}"
                if called in {"datetime.now", "datetime.fromtimestamp"} and not (
                    node.args[1:] or node.keywords or (called.endswith("now") and node.args)
                ):
                    wrong.append(f"{name}:{node.lineno}: {called}")
                if called.endswith(("utcnow", "utcfromtimestamp")) and called.startswith("datetime"):
                    wrong.append(f"{name}:{node.lineno}: {called}")
    assert not wrong, "\n".join(wrong)


GUARDED = {
    "Case",
    "CasePhoto",
    "Contact",
    "Load",
    "Notice",
    "Site",
    "Person",
    "Unit",
    "Evidence",
    "Holding",
    "Grant",
    "Post",
}
# A view that asks by another guard than seen_by, with the guard's word in the same call.
OTHER_GUARDS = (
    "seen_by",
    "kept_by",
    "for_=",
    "person=",
    "made_by=",
    "received_by=",
    "_posts(",
    "within_any",
    "about=",
)
OTHERWISE_GUARDED = {
    "civicloop/cases/desk.py": "builds from the reader's own units and standings",
    "civicloop/kernel/evidence/views.py": "the address is signed for this reader",
    "civicloop/people/views/account.py": "begins with the reader's own holdings",
}


def test_no_view_takes_a_row_but_through_its_door() -> None:
    """In views and API: `Case.objects.get(…)`, `get_object_or_404(Case, …)` and the like stand nowhere."""
    wrong = []
    for name, text in files("civicloop", suffixes=(".py",)):
        if (
            not re.search(
                r"(/views(\.py|/)|/api(_\w+)?\.py|/forms\.py|/desk\.py|/figures\.py|/map\.py)", name
            )
            or "/tests/" in name
        ):
            continue
        if name in OTHERWISE_GUARDED:
            continue
        lines = text.splitlines()
        for node in ast.walk(ast.parse(text)):
            if not isinstance(node, ast.Call):
                continue
            said = ast.unparse(node)
            direct = re.match(
                rf"({'|'.join(GUARDED)})\.(_base_manager|_default_manager|objects)\.(get|filter|all|in_bulk|first|last|values)",
                said,
            )
            bare = re.match(rf"get_(object|list)_or_404\(({'|'.join(GUARDED)})[,)]", said)
            if (direct or bare) and not any(guard in said for guard in OTHER_GUARDS):
                wrong.append(f"{name}:{node.lineno}: {lines[node.lineno - 1].strip()[:110]}")
    assert not wrong, "\n".join(sorted(set(wrong)))


@pytest.mark.django_db
def test_the_migrations_are_complete() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_migrations_are_named_by_what_they_are_for() -> None:
    for file in (ROOT / "civicloop").glob("*/migrations/[0-9]*.py"):
        assert "auto" not in file.stem, file.name
        assert re.fullmatch(r"\d{4}_[a-z][a-z0-9_]+", file.stem), file.name
        assert "alter_" not in file.stem and "and_more" not in file.stem, (
            f"{file.name} is named by what it touches"
        )


def test_what_every_change_is_asked_is_make_test() -> None:
    asked = (ROOT / ".ci" / "run").read_text()
    assert re.search(r"^exec make test$", asked, re.MULTILINE)
    steps = (ROOT / "bin" / "test").read_text()
    for step in ("lint", "types", "shape", "unit", "loops", "browser"):
        assert step in steps, step
    assert Path(ROOT / ".ci" / "run").stat().st_mode & 0o111
