"""The interface speaks English too, every sentence of it."""

import re
from collections import deque
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, ClassVar
from unittest import skipUnless
from urllib.parse import urljoin, urlsplit

import polib
import pytest
from django.apps import apps
from django.conf import settings
from django.db.models import Field, JSONField, QuerySet
from django.shortcuts import resolve_url
from django.test import Client, override_settings
from django.utils import translation
from django.utils.translation import trans_real

from civicloop.config.messages import CATALOGUE, ROOT, collect, compile_messages, lacking
from civicloop.people.models import Person
from tests.cast import CityTestCase

pytestmark = pytest.mark.shape
CHINESE = re.compile(r"[\u3000-\u30ff\u3400-\u9fff\uff00-\uffef]+")
PRESENT = ROOT / "locale" / CATALOGUE
PAGES_EACH = 40  # read by one person
SHOWN = ("alt", "aria-label", "label", "placeholder", "title")  # attributes that people read or hear


def sentences(catalogue: Path) -> set[tuple[str | None, str]]:
    return {(one.msgctxt, one.msgid) for one in polib.pofile(str(catalogue)) if not one.obsolete}


def test_every_sentence_has_its_english(tmp_path: Path) -> None:
    """`make messages` brings new sentences into locale/en and says what is still to be translated."""
    fresh = collect(tmp_path)
    assert lacking(fresh) == []
    assert lacking(PRESENT) == []
    assert sentences(PRESENT) == sentences(fresh), "run `make messages`"


@pytest.mark.parametrize(
    ("entry", "complaint"),
    [
        (polib.POEntry(msgid="派遣"), "not translated"),
        (polib.POEntry(msgid="派遣", msgstr="Dispatch", flags=["fuzzy"]), "guessed"),
        (polib.POEntry(msgid="派遣", msgstr="Dispatch", obsolete=True), "no longer"),
        (polib.POEntry(msgid="共 %(n)d 件", msgstr="%(m)d cases"), "other placeholders"),
        (
            polib.POEntry(msgid="%(n)d天", msgid_plural="%(n)d天", msgstr_plural={0: "%(n)d day", 1: ""}),
            "not translated",
        ),
        (polib.POEntry(msgid="派遣（再次）", msgstr="Dispatch（again）"), "not quite English"),
    ],
)
def test_what_a_translator_forgets_is_told(tmp_path: Path, entry: polib.POEntry, complaint: str) -> None:
    catalogue = polib.POFile()
    catalogue.append(entry)
    catalogue.save(str(tmp_path / "django.po"))
    (told,) = lacking(tmp_path / "django.po")
    assert told.startswith(complaint)


def test_scripts_say_both() -> None:
    """What a script of ours says in Chinese it says in English on the same line."""
    for file in (ROOT / "static" / "js").glob("*.js"):
        for line in file.read_text().splitlines():
            code = line.split("//")[0]
            if CHINESE.search(code):
                assert re.search(r'english\s*\?|startsWith\("en"\)\s*\?', code), (
                    f"{file.name}: {line.strip()}"
                )


class Words(HTMLParser):
    """What people read or hear of a page, and where its links lead."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []
        self.links: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self._silent += tag in {"script", "style"} or given.get("lang") == "zh-CN"
        self.said += [
            value
            for name, value in given.items()
            if name in SHOWN or name.startswith(("data-words", "data-label"))
        ]
        if given.get("type") in {"submit", "button"}:
            self.said.append(given.get("value", ""))
        if tag == "a":
            self.links.append(given.get("href", ""))

    def handle_endtag(self, tag: str) -> None:
        # The other language's own button is the only element that is marked as Chinese.
        self._silent -= bool(self._silent and tag in {"script", "style", "button"})

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.said.append(data)


def forget_catalogues() -> None:
    """Read them again: they may have been compiled since, or the default language have changed."""
    trans_real._translations = {}  # type: ignore[attr-defined]


def words_of(response: Any) -> Words:
    words = Words()
    words.feed(response.content.decode())
    return words


def texts(value: Any) -> Iterator[str]:
    """The strings in a value from a JSON column."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from texts(one)


def data_words() -> list[str]:
    """Every text that the database holds, the longest first."""
    found: set[str] = set()
    for model in apps.get_models():
        if model._meta.app_label in {"auth", "contenttypes"}:
            continue  # labels, not data
        columns = [one.attname for one in model._meta.concrete_fields if _holds_text(one)]
        rows: QuerySet[Any, Any] = (
            model._default_manager.values_list(*columns) if columns else model._default_manager.none()
        )
        for row in rows:
            for value in row:
                found.update(text for text in texts(value) if CHINESE.search(text))
    lines = {line.strip() for text in found for line in text.splitlines()}
    return sorted(found | lines, key=len, reverse=True)


def _holds_text(column: "Field[Any, Any]") -> bool:
    return isinstance(column, JSONField) or column.get_internal_type() in {"CharField", "TextField"}


def left_in_chinese(words: Words, data: list[str]) -> set[str]:
    """The Chinese of a page that does not come from the database."""
    found = set()
    for said in words.said:
        rest = said
        for known in data:
            if CHINESE.search(rest):
                rest = rest.replace(known, " ")
        if CHINESE.search(rest):
            found.add(" ".join(rest.split()))
    return found


@skipUnless(PRESENT.exists(), "no catalogue")
class EnglishPagesTest(CityTestCase):
    """Whoever chooses English reads English; only what people wrote stays as they wrote it."""

    data: ClassVar[list[str]]

    @classmethod
    def setUpTestData(cls) -> None:
        super().setUpTestData()
        compile_messages()
        forget_catalogues()
        for state in (
            "reported",
            "filed",
            "dispatched",
            "signed",
            "fixed",
            "verified",
            "closed",
            "looked_back",
        ):
            cls.cast.case(state)
        cls.data = data_words()

    def setUp(self) -> None:
        self.addCleanup(translation.activate, settings.LANGUAGE_CODE)
        self.client = self.english()

    def english(self) -> Client:
        client = Client()
        client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
        return client

    def test_the_log_in_page(self) -> None:
        words = words_of(self.client.get(resolve_url(settings.LOGIN_URL)))
        assert "Log in" in " ".join(words.said)
        assert left_in_chinese(words, []) == set()

    def test_a_browser_that_was_shipped_in_english_still_gets_the_language_of_the_office(self) -> None:
        response = Client(headers={"Accept-Language": "en-GB,en;q=0.9"}).get("/", follow=True)
        assert 'lang="zh-CN"' in response.content.decode()

    def test_the_pages_of_a_dispatcher(self) -> None:
        self.reads_only_english(self.cast.chen_jing, at_least=25)

    def test_the_pages_of_a_handler(self) -> None:
        self.reads_only_english(self.cast.wang_lei, at_least=8)

    def test_the_pages_of_an_inspector(self) -> None:
        self.reads_only_english(self.cast.li_na, at_least=8)

    def test_the_pages_of_a_leader(self) -> None:
        self.reads_only_english(self.cast.liu_yang, at_least=8)

    def test_the_pages_of_a_catalogue_editor(self) -> None:
        self.reads_only_english(self.cast.he_bian, at_least=5)

    def test_the_pages_of_the_administrators(self) -> None:
        for person in (self.cast.system_admin, self.cast.security_admin, self.cast.auditor):
            self.reads_only_english(person, at_least=5)

    def test_chinese_stays_chinese_where_the_office_chose_english(self) -> None:
        with override_settings(LANGUAGE_CODE="en"):
            self.addCleanup(forget_catalogues)
            forget_catalogues()
            with translation.override("zh-hans"):
                assert translation.gettext("派遣") == "派遣"
                assert translation.ngettext("%(n)d天", "%(n)d天", 2) == "%(n)d天"
            with translation.override("en"):
                assert translation.gettext("派遣") == "Dispatch"

    def test_chinese_on_a_page_would_be_found(self) -> None:
        self.client.cookies.clear()
        assert left_in_chinese(words_of(self.client.get("/", follow=True)), self.data)

    def reads_only_english(self, person: Person, *, at_least: int) -> None:
        """Follow the links from this person's first page and read what is there."""
        self.as_(person)
        wrong: dict[str, set[str]] = {}
        waiting, seen, read = deque(["/"]), {"/"}, 0
        while waiting and read < PAGES_EACH:
            path = waiting.popleft()
            response = self.client.get(path)
            if response.status_code in {301, 302, 303}:
                self.take(response["Location"], path, waiting, seen)
                continue
            if "html" not in response.headers.get("Content-Type", ""):
                continue
            assert response.status_code < 500, path
            read += 1
            words = words_of(response)
            if found := left_in_chinese(words, self.data):
                wrong[path] = found
            for link in words.links:
                self.take(link, path, waiting, seen)
        assert not wrong, "\n".join(f"{path}: {found}" for path, found in wrong.items())
        assert read >= at_least, f"only {read} pages"

    def take(self, link: str, path: str, waiting: deque[str], seen: set[str]) -> None:
        """Remember a link of ours; a list filtered otherwise is the same page."""
        address = urlsplit(urljoin(f"http://testserver{path}", link))
        if address.netloc != "testserver" or not address.path.startswith("/"):
            return
        if address.path.startswith(("/static/", "/evidence/", "/api/", "/logout")):
            return
        if address.path not in seen:
            seen.add(address.path)
            waiting.append(address.path)
