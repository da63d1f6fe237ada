"""The people of every test, and the made-up city that they live in.

云泽市 has two districts; 山海市 is another city whose people are strangers everywhere else.
"""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.test import TestCase

from civicloop.cases.models import Case
from civicloop.cases.operations import (
    close,
    dispatch,
    file,
    look_back,
    report,
    report_fixed,
    sign,
    verify,
)
from civicloop.divisions.models import Division
from civicloop.people.models import Grant, Holding, Line, Person, Post, Role, Unit
from civicloop.standards.models import ProblemKind

PASSWORD = "yunze-lake-2026"  # of people who do not exist

DIVISIONS = {
    "98": "示例省",
    "9801": "云泽市",
    "980101": "城东区",
    "980101001": "东街街道",
    "980101001001": "荷花社区",
    "980102": "城西区",
    "980102001": "西河街道",
    "980102001001": "柳林社区",
    "9802": "山海市",
    "980201": "海城区",
    "980201001": "港湾街道",
}
LEVELS = {2: "province", 4: "city", 6: "district", 9: "street", 12: "community"}

UNITS = {
    "office": ("市文明办", Unit.Kind.OFFICE, "9801"),
    "city_management": ("市城管局", Unit.Kind.DEPARTMENT, "9801"),
    "east_street": ("东街街道办事处", Unit.Kind.AREA, "980101001"),
    "west_district": ("城西区文明办", Unit.Kind.OFFICE, "980102"),
    "strangers_office": ("山海市文明办", Unit.Kind.OFFICE, "9802"),
    "strangers_unit": ("山海市城管局", Unit.Kind.DEPARTMENT, "9802"),
}

# attribute: name, unit, role, scope
PEOPLE = {
    "chen_jing": ("陈静", "office", Role.DISPATCHER, "9801"),
    "wang_lei": ("王磊", "city_management", Role.HANDLER, "9801"),
    "zhao_min": ("赵敏", "east_street", Role.HANDLER, "980101001"),
    "li_na": ("李娜", "office", Role.INSPECTOR, "9801"),
    "zhou_jie": ("周杰", "office", Role.INSPECTOR, "9801"),
    "sun_ping": ("孙平", "city_management", Role.INSPECTOR, "9801"),  # of the unit that puts right
    "liu_yang": ("刘洋", "office", Role.LEADER, "9801"),
    "he_bian": ("何编", "office", Role.EDITOR, "9801"),
    "west_dispatcher": ("许西", "west_district", Role.DISPATCHER, "980102"),
    "system_admin": ("唐系", "office", Role.SYSTEM_ADMIN, "9801"),
    "security_admin": ("方安", "office", Role.SECURITY_ADMIN, "9801"),
    "auditor": ("余审", "office", Role.AUDITOR, "9801"),
    "stranger_dispatcher": ("外甲", "strangers_office", Role.DISPATCHER, "9802"),
    "stranger_handler": ("外乙", "strangers_unit", Role.HANDLER, "9802"),
    "stranger_inspector": ("外丙", "strangers_office", Role.INSPECTOR, "9802"),
    "nobody": ("吴岗", "office", None, "9801"),  # logs in, holds no post
}


class Cast:
    """Places, units and people by short names: `cast.li_na`, `cast.office`, `cast.division["980101"]`."""

    division: dict[str, Division]
    line: Line
    other_line: Line
    litter: ProblemKind
    cables: ProblemKind
    office: Unit
    city_management: Unit
    east_street: Unit
    west_district: Unit
    strangers_office: Unit
    strangers_unit: Unit
    chen_jing: Person
    wang_lei: Person
    zhao_min: Person
    li_na: Person
    zhou_jie: Person
    sun_ping: Person
    liu_yang: Person
    he_bian: Person
    west_dispatcher: Person
    system_admin: Person
    security_admin: Person
    auditor: Person
    stranger_dispatcher: Person
    stranger_handler: Person
    stranger_inspector: Person
    nobody: Person

    def __init__(self) -> None:
        self.division = {}
        for code, name in DIVISIONS.items():
            parent = self.division.get(next((code[:n] for n in (9, 6, 4, 2) if n < len(code)), ""))
            label = code[len(parent.code) if parent else 0 :].rjust(4, "0")
            self.division[code] = Division.objects.create(
                code=code,
                name=name,
                level=LEVELS[len(code)],
                parent=parent,
                path=(parent.path if parent else "") + label,
                sort_key=code,
                source="tests",
            )
        self.line = Line.objects.create(code="ENV", name="环境卫生")
        self.other_line = Line.objects.create(code="SAF", name="安全")
        self.litter = self.kind("ENV01", "暴露垃圾", self.line, 4, "work_hour", 1)
        self.cables = self.kind("SAF01", "飞线充电", self.other_line, 24, "hour", 7)
        for key, (name, kind, code) in UNITS.items():
            place = self.division[code]
            setattr(
                self,
                key,
                Unit.objects.create(
                    name=name, kind=kind, division=place, place_path=place.path, sort_key=key
                ),
            )
        for key, (name, unit, role, scope) in PEOPLE.items():
            setattr(self, key, self.person(key, name, getattr(self, unit), role, scope))

    def kind(self, code: str, name: str, line: Line, value: int, unit: str, look_back: int) -> ProblemKind:
        return ProblemKind.objects.create(
            code=code, name=name, line=line, limit_value=value, limit_unit=unit, look_back_days=look_back
        )

    def person(self, username: str, name: str, unit: Unit, role: str | None, scope: str) -> Person:
        """Somebody with a post of one role over one subtree."""
        person = Person(username=username, name=name, must_change_password=False, sort_key=username)
        person.password = _hashed()
        person.save()
        if role:
            post, _ = Post.objects.get_or_create(unit=unit, name=f"{Role(role).label}·{scope}")
            Grant.objects.get_or_create(post=post, role=role, division=self.division[scope], line=None)
            Holding.objects.create(post=post, person=person, since=date(2024, 1, 1))
        return person

    def case(self, state: str = "reported", **given: Any) -> Case:
        """A case that has been carried to `state` through its operations by the people of the cast."""
        usual: dict[str, Any] = {
            "by": self.zhou_jie,
            "text": "路口垃圾桶满溢，地面有散落垃圾",
            "division": self.division["980101001001"],
            "kind": self.litter,
        }
        case = report(**(usual | given))
        steps: dict[str, Callable[[Case], Case]] = {
            "filed": lambda case: file(case, by=self.chen_jing),
            "dispatched": lambda case: dispatch(case, unit=self.city_management, by=self.chen_jing),
            "signed": lambda case: sign(case, by=self.wang_lei),
            "fixed": lambda case: report_fixed(case, by=self.wang_lei, no_photo_because="夜间无法拍摄"),
            "verified": lambda case: verify(case, by=self.li_na),
            "closed": lambda case: close(case, by=self.chen_jing),
            "looked_back": lambda case: look_back(case, by=self.third),
        }
        if state == "reported":
            return case
        for reached, step in steps.items():
            case = step(case)
            if reached == state:
                return case
        raise ValueError(state)

    @property
    def third(self) -> Person:
        """An inspector who neither reported nor verified the cases of `case`."""
        found = Person.objects.filter(username="third").first()
        return found or self.person("third", "第三人", self.office, Role.INSPECTOR, "9801")


_password: list[str] = []


def _hashed() -> str:
    """The hash of PASSWORD, made once: hashing is slow by design."""
    from django.contrib.auth.hashers import make_password

    if not _password:
        _password.append(make_password(PASSWORD))
    return _password[0]


class CityTestCase(TestCase):
    """A test that lives in 云泽市."""

    cast: Cast

    @classmethod
    def setUpTestData(cls) -> None:
        cls.cast = Cast()

    def as_(self, person: Person) -> None:
        """The test client is this person from here on."""
        self.client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
