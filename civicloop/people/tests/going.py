"""How the people of these tests go about: they post forms, wait, and look at their phones."""

import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from django.http import HttpResponse
from django.test import Client
from django_otp.oath import TOTP
from django_otp.plugins.otp_totp.models import TOTPDevice, default_key

from civicloop.people import door
from civicloop.people.models import Person
from tests.cast import PASSWORD

LOG_IN = "/people/log_in"


def log_in(client: Client, person: Person | str, password: str = PASSWORD, **more: str) -> HttpResponse:
    username = person if isinstance(person, str) else person.username
    answer: Any = client.post(LOG_IN, {"username": username, "password": password, **more})
    return answer  # type: ignore[no-any-return]


def send(client: Client, url: str, data: dict[str, Any] | None = None, **headers: str) -> Any:
    """Post a form as its page would, with a key of its own."""
    return client.post(url, {"intent": str(uuid.uuid4()), **(data or {})}, headers=headers)


def phone_of(person: Person) -> TOTPDevice:
    """Somebody's authenticator, bound already."""
    device: TOTPDevice = TOTPDevice.objects.create(
        user_id=person.pk, name="totp", key=default_key(), confirmed=True
    )
    return device


def code(key: str, steps: int = 0) -> str:
    """What an authenticator shows now, or in `steps` times thirty seconds."""
    totp = TOTP(bytes.fromhex(key))
    totp.time = time.time() + steps * 30
    return f"{totp.token():06d}"


@contextmanager
def later(*, minutes: float = 0, hours: float = 0) -> Iterator[None]:
    """The same, so much later by the clock of the door."""
    real = door._seconds
    with patch.object(door, "_seconds", lambda: real() + minutes * 60 + hours * 3600):
        yield
