"""One intent, one effect: however often a phone on a bad line sends the same thing."""

import json
import threading
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect, JsonResponse
from django.test import Client, override_settings
from django.urls import path

from civicloop.kernel.idempotency import Intent, forget_old_intents, needs_no_key
from civicloop.kernel.refused import Refused
from civicloop.kernel.tests import toys
from civicloop.kernel.tests.toys import LI_NA, WANG_LEI, Moves, Toy
from civicloop.kernel.trail.models import Entry
from civicloop.kernel.workflow import begin

KEY = "5b0a1f0e-6d0d-4c2f-9a52-0c3a3a5f8f01"


class Somebody:
    """Takes the place of log-in: the header names who is asking."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request.user = {"li-na": LI_NA, "wang-lei": WANG_LEI}[request.headers["X-Who"]]  # type: ignore[assignment]
        return self.get_response(request)


def make(request: HttpRequest) -> HttpResponse:
    name = (
        json.loads(request.body)["name"]
        if request.content_type == "application/json"
        else request.POST["name"]
    )
    toy = begin(Toy(name=name), Moves.make, by=request.user)  # type: ignore[arg-type]
    if "see" in request.GET:
        return HttpResponseRedirect(f"/toys/{toy.pk}", status=303)
    return JsonResponse({"toy": toy.pk}, status=201)


def refuse(request: HttpRequest) -> HttpResponse:
    begin(Toy(name="半个效果"), Moves.make, by=LI_NA)
    request.after_rollback = [lambda: begin(Toy(name="补记"), Moves.make, by=LI_NA)]  # type: ignore[attr-defined]
    return HttpResponse(str(Refused("不行。")), status=422)


def fail(request: HttpRequest) -> HttpResponse:
    begin(Toy(name="半个效果"), Moves.make, by=LI_NA)
    raise ZeroDivisionError


def look(request: HttpRequest) -> HttpResponse:
    return HttpResponse("没有变化")


@needs_no_key
def harmless(request: HttpRequest) -> HttpResponse:
    return HttpResponse("可以重复")


urlpatterns = [
    path("make", make),
    path("api/make", make),
    path("other", make),
    path("refuse", refuse),
    path("fail", fail),
    path("look", look),
    path("harmless", harmless),
]

pytestmark = [pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def _small_site() -> Iterator[None]:
    toys.make_table()
    with override_settings(
        ROOT_URLCONF=__name__,
        MIDDLEWARE=[f"{__name__}.Somebody", "civicloop.kernel.idempotency.OneIntentOneEffect"],
    ):
        yield
    toys.drop_table()


def post(
    url: str = "/make", name: str = "积木", *, key: str | None = KEY, who: str = "li-na", **more: Any
) -> Any:
    headers = {"X-Who": who} | ({"Idempotency-Key": key} if key else {})
    return Client(raise_request_exception=False).post(url, {"name": name, **more}, headers=headers)


def post_json(body: object, key: str = KEY) -> Any:
    headers = {"X-Who": "li-na", "Idempotency-Key": key}
    return Client().post("/api/make", body, content_type="application/json", headers=headers)


def names() -> list[str]:
    return list(Toy._base_manager.order_by("pk").values_list("name", flat=True))


def test_thirty_copies_at_once_have_one_effect_and_one_answer() -> None:
    for _ in range(3):
        key, ready = str(uuid.uuid4()), threading.Barrier(30)
        answers: list[tuple[int, bytes]] = []

        def send(key: str = key, ready: threading.Barrier = ready, answers: list[Any] = answers) -> None:
            try:
                ready.wait(20)
                answer = post(key=key)
                answers.append((answer.status_code, answer.content))
            finally:
                connection.close()

        before = Toy._base_manager.count()
        threads = [threading.Thread(target=send) for _ in range(30)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert Toy._base_manager.count() == before + 1
        assert Entry.objects.count() == before + 1
        newest = Toy._base_manager.latest("pk").pk
        assert Counter(answers) == {(201, b'{"toy": %d}' % newest): 30}


def test_the_same_key_again_gets_the_same_answer_and_says_so() -> None:
    first, again = post(), post()
    assert (first.status_code, first.content) == (again.status_code, again.content)
    assert first.headers["Content-Type"] == again.headers["Content-Type"]
    assert "Idempotent-Replay" not in first.headers
    assert again.headers["Idempotent-Replay"] == "true"
    assert names() == ["积木"]


def test_a_redirect_is_repeated_with_its_address() -> None:
    first, again = post("/make?see=1"), post("/make?see=1")
    assert first.status_code == again.status_code == 303
    assert first.headers["Location"] == again.headers["Location"] == f"/toys/{Toy._base_manager.get().pk}"


def test_a_plain_form_carries_its_key_as_a_field() -> None:
    assert post(key=None, intent=KEY).status_code == 201
    assert post(key=None, intent=KEY).headers["Idempotent-Replay"] == "true"
    assert post(key=KEY).headers["Idempotent-Replay"] == "true", "a header and a field are the same key"
    assert names() == ["积木"]


@pytest.mark.parametrize(
    "other",
    [{"name": "别的"}, {"who": "wang-lei"}, {"url": "/other"}, {"colour": "红"}],
    ids=["another body", "another person", "another address", "another field"],
)
def test_the_same_key_for_something_else_is_refused(other: dict[str, Any]) -> None:
    post()
    answer = post(**other)
    assert answer.status_code == 409
    assert "没有再办" in answer.content.decode()
    assert names() == ["积木"]


def test_the_api_is_refused_in_json() -> None:
    assert post_json({"name": "积木"}).status_code == 201
    answer = post_json({"name": "别的"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "intent_reused")
    assert names() == ["积木"]


@pytest.mark.parametrize("key", [None, "", "abc", "1 OR 1=1"])
def test_a_request_without_a_good_key_is_not_done(key: str | None) -> None:
    answer = post(key=key)
    assert answer.status_code == 400
    assert names() == []
    assert not Intent.objects.exists()


def test_two_keys_are_two_intents() -> None:
    post(key=str(uuid.uuid4()))
    post(key=str(uuid.uuid4()))
    assert names() == ["积木", "积木"]


def test_a_refusal_leaves_no_effect_and_uses_no_key() -> None:
    assert post("/refuse").status_code == 422
    assert names() == ["补记"], "what is to be written after a refusal is written after its rollback"
    assert not Intent.objects.exists()
    assert post("/make").status_code == 201, "the corrected form may use the same key"


def test_a_failure_leaves_no_effect_and_uses_no_key() -> None:
    assert post("/fail").status_code == 500
    assert names() == []
    assert not Intent.objects.exists()
    assert post("/make").status_code == 201


def test_a_request_without_effect_uses_no_key() -> None:
    assert post("/look").status_code == 200
    assert not Intent.objects.exists()
    assert post("/make").status_code == 201
    assert Intent.objects.get().status == 201


def test_what_may_be_repeated_needs_no_key() -> None:
    assert post("/harmless", key=None).status_code == 200


def test_looking_needs_no_key() -> None:
    assert Client().get("/look", headers={"X-Who": "li-na"}).status_code == 200


def test_the_entries_of_a_request_are_joined() -> None:
    post()
    post(key=str(uuid.uuid4()))
    first, second = Entry.objects.values_list("request", flat=True)
    assert first is not None
    assert second is not None
    assert first != second


def test_the_same_photo_sent_again_is_the_same_body_and_another_is_not() -> None:
    def photo(content: bytes) -> SimpleUploadedFile:
        return SimpleUploadedFile("a.jpg", content, "image/jpeg")

    assert post(photo=photo(b"one")).status_code == 201
    assert post(photo=photo(b"one")).headers["Idempotent-Replay"] == "true"
    assert post(photo=photo(b"two")).status_code == 409
    assert names() == ["积木"]


def test_keys_are_forgotten_when_nobody_can_still_be_asking() -> None:
    post()
    assert forget_old_intents() == 0
    with connection.cursor() as cursor:
        cursor.execute("UPDATE kernel_intent SET committed_at = now() - interval '31 days'")
    assert forget_old_intents() == 1
