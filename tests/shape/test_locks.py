"""What is installed is told by sums alone: from which host it comes is the affair of whoever installs."""

import json
import re
from pathlib import Path

import pytest

pytestmark = pytest.mark.shape
ROOT = Path(__file__).resolve().parents[2]
PYTHON = ("requirements", "requirements-dev", "tools", "node")


@pytest.mark.parametrize("name", PYTHON)
def test_every_python_package_is_pinned_by_sum_and_no_host_is_named(name: str) -> None:
    text = (ROOT / f"{name}.lock").read_text()
    assert "://" not in text
    assert "--index-url" not in text
    pinned = re.split(r"\n(?=\S)", text.strip())
    assert pinned
    for one in pinned:
        assert re.match(r"^[A-Za-z0-9._-]+==\S+", one), one[:80]
        assert "--hash=sha256:" in one, one[:80]


@pytest.mark.parametrize("name", PYTHON)
def test_every_wish_has_its_pin(name: str) -> None:
    pins = {
        line.split("==")[0].split("[")[0].lower()
        for line in (ROOT / f"{name}.lock").read_text().splitlines()
        if line and not line.startswith(" ")
    }
    for line in (ROOT / f"{name}.in").read_text().splitlines():
        wish = line.split("#")[0].strip()
        if wish and not wish.startswith("-"):
            assert re.split(r"[\[<>=~!]", wish)[0].lower() in pins, wish


def test_every_npm_package_is_pinned_by_sum_and_no_registry_is_named() -> None:
    lock = json.loads((ROOT / "package-lock.json").read_text())
    wishes = json.loads((ROOT / "package.json").read_text())["dependencies"]
    assert lock["packages"][""]["dependencies"] == wishes
    for path, package in lock["packages"].items():
        assert "resolved" not in package, path
        assert path == "" or package["integrity"].startswith("sha512-"), path
