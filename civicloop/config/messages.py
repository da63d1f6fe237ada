"""The English catalogue: sentences collected into locale/en and compiled in pure Python.

    python -m civicloop.config.messages      collect (needs GNU gettext) and say what is not yet translated

Who only runs CivicLoop needs no gettext: `compile_messages` reads the .po itself.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import polib

ROOT = Path(__file__).resolve().parents[2]
CATALOGUE = Path("en", "LC_MESSAGES", "django.po")
CHINESE = Path("zh_Hans", "LC_MESSAGES", "django.po")
SOURCES = ("civicloop", "templates")
_LEFT_OUT = shutil.ignore_patterns("tests", "migrations", "data", "__pycache__")
_PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd%]|\{\w*\}")
_CHINESE = re.compile(r"[\u3000-\u30ff\u3400-\u9fff\uff00-\uffef]")


def compile_messages(locale: Path = ROOT / "locale") -> int:
    """Make each .mo that is missing or older than the English catalogue; returns how many were made."""
    made = 0
    source = locale / CATALOGUE
    for target, catalogue in ((source, _english), (locale / CHINESE, _chinese)):
        compiled = target.with_suffix(".mo")
        if not compiled.exists() or compiled.stat().st_mtime < source.stat().st_mtime:
            compiled.parent.mkdir(parents=True, exist_ok=True)
            # Aside first: another process may be reading the old one, or making the same.
            aside = compiled.with_suffix(f".{os.getpid()}")
            catalogue(source).save_as_mofile(str(aside))
            aside.replace(compiled)
            made += 1
    return made


def _english(source: Path) -> polib.POFile:
    return polib.pofile(str(source))


def _chinese(source: Path) -> polib.POFile:
    """Each sentence as it is.  Without it Django would fall back to English where that is the default language."""
    catalogue = polib.pofile(str(source))
    catalogue.metadata |= {"Language": "zh_Hans", "Plural-Forms": "nplurals=1; plural=0;"}
    for entry in catalogue:
        entry.flags = []
        if entry.msgid_plural:
            entry.msgstr_plural = {0: entry.msgid}
        else:
            entry.msgstr = entry.msgid
    return catalogue


def collect(into: Path) -> Path:
    """Gather the sentences of this checkout into the catalogue `into`/en, and return its path.

    What the present catalogue translates is kept.  makemessages writes beside each template while it reads
    it, so it works on a copy.  Raises FileNotFoundError without xgettext.
    """
    if shutil.which("xgettext") is None:
        raise FileNotFoundError("xgettext; apt install gettext brings it")
    with tempfile.TemporaryDirectory() as place:
        copy = Path(place)
        for folder in SOURCES:
            shutil.copytree(ROOT / folder, copy / folder, ignore=_LEFT_OUT)
        (copy / "locale" / CATALOGUE.parent).mkdir(parents=True)
        if (present := ROOT / "locale" / CATALOGUE).exists():
            shutil.copy2(present, copy / "locale" / CATALOGUE)
        command = ["makemessages", "--locale=en", "--no-obsolete", "--add-location=file", "--verbosity=0"]
        subprocess.run(  # noqa: S603 - Django and this Python
            [sys.executable, "-P", "-m", "django", *command],  # -P: the copy is read, never imported
            cwd=copy,
            check=True,
            env=os.environ | {"DJANGO_SETTINGS_MODULE": "civicloop.config.settings", "PYTHONPATH": str(ROOT)},
        )
        target = into / CATALOGUE
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(copy / "locale" / CATALOGUE, target)
    return target


def lacking(catalogue: Path) -> list[str]:
    """What a translator has still to do, one line for each sentence."""
    found = []
    for entry in polib.pofile(str(catalogue)):
        said = list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]
        if entry.obsolete:
            found.append(f"no longer asked for: {entry.msgid}")
        elif not all(said):
            found.append(f"not translated: {entry.msgid}")
        elif entry.fuzzy:
            found.append(f"guessed by msgmerge: {entry.msgid} → {said[0]}")
        elif any(_placeholders(one) != _placeholders(entry.msgid) for one in said):
            found.append(f"other placeholders: {entry.msgid} → {said[0]}")
        elif any(_CHINESE.search(one) for one in said):
            found.append(f"not quite English: {entry.msgid} → {said[0]}")
    return found


def _placeholders(text: str) -> list[str]:
    return sorted(_PLACEHOLDER.findall(text))


def main() -> int:
    """Collect into locale/ and tell what is lacking; 0 when nothing is."""
    found = lacking(collect(ROOT / "locale"))
    sys.stdout.write("".join(f"{one}\n" for one in found))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
