"""From npm's folder to the pages."""

import json
from pathlib import Path

import pytest

from civicloop.config.assets import PACKAGES, copy_assets


@pytest.fixture
def modules(tmp_path: Path) -> Path:
    folder = tmp_path / "node_modules"
    for package, files in PACKAGES.items():
        for name in (*files, "dist/not-needed.js"):
            (folder / package / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / package / name).write_text(f"/* {name} */\n//# sourceMappingURL={name}.map\n")
        (folder / package / "package.json").write_text(json.dumps({"version": "1.2.3"}))
    return folder


def test_only_the_files_that_pages_load_come_with_their_licences(modules: Path, tmp_path: Path) -> None:
    vendor = tmp_path / "static" / "vendor"
    (vendor / "old").mkdir(parents=True)
    made = copy_assets(modules, vendor)
    found = {path for path in vendor.rglob("*") if path.is_file() and path.name != "VERSION"}
    assert found == set(made)
    assert {path.name for path in found if "LICENSE" in path.name} == {"LICENSE", "LICENSE.txt"}
    assert (vendor / "htmx.org" / "VERSION").read_text() == "1.2.3\n"
    assert not (vendor / "old").exists()


def test_no_file_names_a_source_map_that_stayed_behind(modules: Path, tmp_path: Path) -> None:
    for path in copy_assets(modules, tmp_path / "vendor"):
        assert "sourceMappingURL" not in path.read_text()
