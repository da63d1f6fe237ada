"""For every address something to ask it about, and for every one that changes something a form that it would take."""

import io
import uuid
from collections.abc import Callable
from datetime import date
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import Model
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from PIL import Image

from civicloop.cases import loads
from civicloop.cases.models import Case, Load
from civicloop.divisions import drafts
from civicloop.divisions.models import Draft, Site, SiteType
from civicloop.divisions.operations import add_site, load_site_types
from civicloop.kernel.actors import INSTALLER
from civicloop.kernel.clock.now import today
from civicloop.kernel.evidence.addresses import token
from civicloop.kernel.evidence.door import receive
from civicloop.people import tokens
from civicloop.people.models import Grant, Holding, Person, Post, Role
from tests.cast import Cast

LIST = "code,name,parent,level\n980103,城南区,9801,district\n".encode()
COMPLAINTS = "编号,内容,日期\nA1,路灯不亮,2026-03-01\nA2,井盖缺失,2026-03-02\n".encode()
OUTLINE = (
    b'{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"code":"980101"},"geometry":'
    b'{"type":"Polygon","coordinates":[[[118,34],[118.1,34],[118.1,34.1],[118,34.1],[118,34]]]}}]}'
)
# The state in which a case can take each move.
FROM = {
    "file": "reported", "decline": "reported", "merge": "reported", "dispatch": "filed", "sign": "dispatched",
    "hand_back": "dispatched", "report_fixed": "signed", "verify": "fixed", "send_back": "fixed",
    "close": "verified", "look_back": "closed", "relapse": "closed", "settle": "looked_back",
}  # fmt: skip


def _this(given: dict[str, Any]) -> Callable[[], dict[str, Any]]:
    return lambda: given


def picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (64, 48), "grey").save(out, "JPEG")
    return out.getvalue()


class Asked:
    """One city of things to ask about.  Made once; `case(state)` and the like are remembered."""

    def __init__(self, cast: Cast) -> None:
        self.cast = cast
        self._cases: dict[str, Case] = {}
        self.third = cast.third
        self.target = cast.li_na  # whom administrators do something to
        load_site_types(by=INSTALLER)
        self.site: Site = add_site(
            by=cast.chen_jing,
            name="东街农贸市场（示例）",
            type=SiteType.objects.get(code="MKT"),
            division=cast.division["980101001"],
        )
        self.draft: Draft = drafts.prepare_divisions(io.BytesIO(LIST), "list.csv", by=cast.system_admin)
        self.load: Load = loads.take(io.BytesIO(COMPLAINTS), "complaints.csv", by=cast.chen_jing)
        self.photo = receive(io.BytesIO(picture()), by=cast.li_na, name="现场.jpg")
        self.api_token, self.api_token_text = tokens.issue(
            cast.chen_jing, name="报表", days=30, by=cast.chen_jing
        )
        self.disabled = cast.person("gone", "离职者", cast.office, Role.INSPECTOR, "9801")
        Person.objects.filter(pk=self.disabled.pk).update(is_active=False, unit=cast.office)

    def case(self, state: str) -> Case:
        if state not in self._cases:
            self._cases[state] = self.cast.case(state, contact=("李大爷", "13912347788"))
        return self._cases[state]

    def anew(self) -> None:
        """Fresh things to ask about, after something was done to the last ones."""
        self._cases.clear()
        number = Person.objects.count()
        self.target = self.cast.person(f"target{number}", "受办人", self.cast.office, None, "980101")
        post = Post.objects.create(unit=self.cast.office, name=f"巡查{number}")
        Grant.objects.create(post=post, role=Role.INSPECTOR, division=self.cast.division["980101"])
        Holding.objects.create(post=post, person=self.target, since=date(2024, 1, 1))
        Person.objects.filter(pk=self.disabled.pk).update(is_active=False)
        self.disabled.refresh_from_db()
        self.load = loads.take(io.BytesIO(COMPLAINTS), "complaints.csv", by=self.cast.chen_jing)
        self.draft = drafts.prepare_divisions(io.BytesIO(LIST), "list.csv", by=self.cast.system_admin)
        tokens.revoke_all(self.cast.chen_jing)  # nobody may have many
        self.api_token, _text = tokens.issue(
            self.cast.chen_jing, name="报表", days=30, by=self.cast.chen_jing
        )
        self.site.refresh_from_db()
        self.cast.litter.refresh_from_db()

    # Where

    def url(self, route: str) -> str:
        word = route.partition(":")[2]
        if route in {f"cases:{word}", f"api:{word}"} and word in FROM:
            return reverse(route, args=[self.case(FROM[word]).number])
        return reverse(route, args=self._of().get(route, []))

    def _of(self) -> dict[str, list[Any]]:
        cast, held = self.cast, Holding.objects.get(person=self.target)
        seen = [self.case("dispatched").number]
        person, unit = [self.target.pk], [cast.city_management.pk]
        named = ("person", "edit_person", "disable", "reset_password", "reset_factor", "appoint", "unlock")
        return {
            "cases:case": seen, "cases:contact": seen, "api:case": seen, "api:history": seen,
            "api:units_for_case": seen,
            "cases:load_preview": [self.load.key], "cases:load_start": [self.load.key],
            "cases:load_unplaced": [self.load.key],
            "evidence": [token(self.photo.uid, "thumb", for_=cast.li_na)],
            "people:revoke_token": [self.api_token.pk],
            **{f"people:{name}": person for name in named},
            "people:enable": [self.disabled.pk],
            "people:end_holding": [held.pk],
            "people:unit": unit, "people:edit_unit": unit, "people:add_post": unit,
            "people:grant": [held.post_id],
            "people:withdraw": [Grant.objects.filter(post=held.post_id, role="inspector").values_list("pk", flat=True)[0]],
            "divisions:loaded": [self.draft.pk], "divisions:confirm_load": [self.draft.pk],
            "divisions:site": [self.site.code], "divisions:change_site": [self.site.code],
            "divisions:division": ["980101"],
            "standards:kind": ["ENV01"], "standards:change_kind": ["ENV01"],
        }  # fmt: skip

    # What

    def body(self, route: str) -> dict[str, Any]:
        """What a person who may would send; for the API without its files."""
        given = self._bodies().get(route)
        return dict(given() if given else {})

    def _bodies(self) -> dict[str, Callable[[], dict[str, Any]]]:
        cast = self.cast
        why = {"reason": "工作需要"}
        moves: dict[str, dict[str, Any]] = {
            "file": {"kind": "ENV01"},
            "decline": why,
            "merge": {"into": self.case("filed").number},
            "dispatch": {"unit": cast.city_management.pk},
            "sign": {},
            "hand_back": why,
            "report_fixed": {"no_photo_because": "夜间无法拍摄"},
            "verify": {"note": "已清理"},
            "send_back": why,
            "close": {},
            "look_back": {},
            "relapse": why,
            "settle": {},
        }
        kind = {
            "name": "暴露垃圾", "line": cast.line.pk, "limit_value": 5, "limit_unit": "work_hour",
            "rework_percent": 50, "look_back_days": 1, "is_active": "on", "seen": cast.litter.fingerprint,
        }  # fmt: skip
        site = {"name": "西街市场（示例）", "type": self.site.type_id, "division": "980101001"}
        city_post = Post.objects.get(unit=cast.office, name__startswith="领导")
        office = f"{cast.office.name}@{cast.office.division.code}"
        report = {"text": "路口有垃圾", "division": "980101001001", "source": "inspection"}
        return {
            **{f"{door}:{word}": _this(given) for word, given in moves.items() for door in ("api", "cases")},
            "cases:file": lambda: {"kind": cast.litter.pk},
            "cases:report": lambda: report | {"kind": cast.litter.pk},
            "api:list_cases": lambda: report | {"kind": "ENV01"},  # the same address, by its first name
            "api:hand_in_photo": lambda: {
                "id": str(uuid.UUID(int=77)),
                "file": SimpleUploadedFile("a.jpg", picture(), "image/jpeg"),
            },
            "cases:contact": lambda: why,
            "cases:load": lambda: {"file": SimpleUploadedFile("c.csv", COMPLAINTS, "text/csv")},
            "cases:load_preview": lambda: {"read_anew": "1", "header_row": "1"},
            "cases:load_start": lambda: {"map": loads.map_fingerprint(self.load)},
            "people:tokens": lambda: {"name": "每日报表", "days": "30"},
            "people:add_person": lambda: {"username": "new.person", "name": "新人", "unit": office},
            "people:edit_person": lambda: {"name": "李娜娜", "unit": office},
            **{
                f"people:{word}": lambda: why
                for word in ("disable", "enable", "unlock", "reset_password", "reset_factor", "withdraw")
            },
            "people:appoint": lambda: {"post": city_post.pk, "since": today().isoformat()},
            "people:end_holding": lambda: {"until": today().isoformat(), **why},
            "people:add_unit": lambda: {"name": "市水务局", "kind": "department", "division": "9801"},
            "people:edit_unit": lambda: {"name": "市城市管理局", "kind": "department", "division": "9801"},
            "people:add_post": lambda: {"name": "副经办人"},
            "people:grant": lambda: {"role": "leader", "division": "9801"},
            "divisions:load": lambda: {"file": SimpleUploadedFile("l.csv", LIST, "text/csv")},
            "divisions:load_boundaries": lambda: {
                "file": SimpleUploadedFile("b.geojson", OUTLINE, "application/json"),
                "system": "wgs84",
            },
            "divisions:add_site": lambda: site,
            "divisions:change_site": lambda: site | {"seen": self.site.fingerprint},
            "standards:add_kind": lambda: kind | {"code": "ENV99", "name": "新问题"},
            "standards:change_kind": lambda: kind,
        }


def ask(client: Client, asked: Asked, route: str, method: str, **more: Any) -> Any:
    """Send one request as the page or a program would; `key` is its intent."""
    key = str(more.pop("key", None) or uuid.uuid4())
    url, body = more.pop("url", None) or asked.url(route), more.pop("body", None)
    if method in {"GET", "HEAD", "OPTIONS"}:
        return client.generic(method, url, **more)
    given = asked.body(route) if body is None else body
    files = any(hasattr(value, "read") for value in given.values())
    if route.startswith("api:") and not files:
        kind: dict[str, Any] = {"content_type": "application/json"}
        return getattr(client, method.lower())(url, given, headers={"Idempotency-Key": key}, **kind, **more)
    if method == "POST":
        return client.post(url, given | {"intent": key}, headers={"Idempotency-Key": key}, **more)
    return client.generic(method, url, headers={"Idempotency-Key": key}, **more)


def status(response: HttpResponse) -> int:
    return response.status_code


def rows_of(*models: type[Model]) -> dict[str, int]:
    return {model.__name__: model._default_manager.count() for model in models}
