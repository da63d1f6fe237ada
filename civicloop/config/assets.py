"""From node_modules to static/vendor: only the files that pages load, with their licences."""

import json
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = {
    "htmx.org": ("dist/htmx.min.js", "LICENSE"),
    # The build for strict content policies: its worker is a file of our own origin, not a blob.
    "maplibre-gl": (
        "dist/maplibre-gl-csp.js",
        "dist/maplibre-gl-csp-worker.js",
        "dist/maplibre-gl.css",
        "LICENSE.txt",
    ),
}
SOURCE_MAP = "//# sourceMappingURL="


def copy_assets(
    modules: Path = ROOT / "node_modules", vendor: Path = ROOT / "static" / "vendor"
) -> list[Path]:
    """Fills `vendor` anew from `modules`; returns the files.

    Lines that name a source map go: the maps stay behind, and a manifest of static files would miss them.
    """
    fresh = vendor.with_name(vendor.name + ".new")
    shutil.rmtree(fresh, ignore_errors=True)
    made = []
    for package, files in PACKAGES.items():
        for name in files:
            source, target = modules / package / name, fresh / package / Path(name).name
            target.parent.mkdir(parents=True, exist_ok=True)
            text = source.read_text(encoding="utf-8")
            kept = [line for line in text.splitlines() if not line.startswith(SOURCE_MAP)]
            target.write_text("\n".join(kept) + "\n", encoding="utf-8")
            made.append(vendor / package / target.name)
        version = json.loads((modules / package / "package.json").read_text())["version"]
        (fresh / package / "VERSION").write_text(version + "\n")
    shutil.rmtree(vendor, ignore_errors=True)
    fresh.rename(vendor)
    return made


if __name__ == "__main__":
    sys.stdout.write("".join(f"  {path.relative_to(ROOT)}\n" for path in copy_assets()))
