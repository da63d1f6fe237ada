"""What people do on pages, in their own words."""

import re
from collections.abc import Sequence

from django.db import transaction
from playwright.sync_api import FilePayload, Page, expect

from civicloop.cases.models import Case
from civicloop.kernel.evidence.derive import derive
from civicloop.kernel.evidence.models import Evidence
from civicloop.kernel.evidence.tests.made import jpeg
from civicloop.kernel.trail.jobs import deliver


def photo(seed: int = 1, name: str = "") -> FilePayload:
    return {"name": name or f"现场{seed}.jpg", "mimeType": "image/jpeg", "buffer": jpeg(seed)}


def the_worker_comes_by() -> None:
    """What the worker does within seconds: copies of photos, and notices."""
    with transaction.atomic():
        for one in Evidence.objects.filter(state=Evidence.State.RECEIVED):
            derive(one)
    while deliver():
        pass


def open_case(page: Page, case: Case) -> None:
    page.goto(f"/cases/{case.number}/")


def state_of(page: Page) -> str:
    return page.locator(".page-title .badge").first.inner_text()


def moves_on(page: Page) -> list[str]:
    """The buttons that this reader is offered."""
    return [text.strip() for text in page.locator(".page-actions .moves a").all_inner_texts()]


def take(page: Page, case: Case, move: str, *, photos: Sequence[FilePayload] = (), **typed: str) -> None:
    """Open the case, press the button of the move, fill in what it asks for, and send it."""
    open_case(page, case)
    page.locator(".page-actions .moves a", has_text=re.compile(f"^\\s*{move}\\s*$")).click()
    fill_and_send(page, photos=photos, **typed)
    expect(page).to_have_url(re.compile(rf"/cases/{case.number}/$"))
    case.refresh_from_db()


def fill_and_send(page: Page, *, photos: Sequence[FilePayload] = (), **typed: str) -> None:
    form = page.locator("form.hand-form")
    for name, value in typed.items():
        field = form.locator(f'[name="{name}"]')
        if field.evaluate("one => one.tagName") == "SELECT":
            field.select_option(label=value) if not value.isdigit() else field.select_option(value)
        else:
            field.fill(value)
    if photos:
        form.locator('input[name="photos"]').set_input_files(list(photos))
    send(page)


def send(page: Page) -> None:
    with page.expect_navigation():
        page.locator("form.hand-form .form-end button").click()
