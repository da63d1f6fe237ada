"""Made-up units and people of the sample city."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from random import Random

from django.contrib.auth.hashers import make_password

from civicloop.divisions.models import Division, Level
from civicloop.kernel.actors import INSTALLER
from civicloop.people.models import Line, Person, Role, Unit
from civicloop.people.operations import add_person, add_post, add_unit, appoint, grant

PASSWORD = "civicloop-demo"  # noqa: S105 - of people who do not exist, on a database marked demo

SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛"
    "叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔"
    "贺赖龚文"
)
GIVEN = (
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰红建国文辉力志永健世广义兴良海山仁波宁贵福生"
    "龙元全胜学祥才发武新利清飞彬富顺信子昌成康星光天达安岩中茂进林有坚和彪博诚先敬震振壮会思群豪心邦"
    "承乐绍功松善厚庆磊民友裕河哲江浩亮政谦亨奇固之轮翰朗伯宏言若鸣朋斌梁栋维启克伦翔旭鹏泽晨辰士以"
)

# Departments of a city (条), by the lines that they answer for.
DEPARTMENTS = (
    ("城市管理局", ("ENV", "PUB")),
    ("住房和城乡建设局", ("INF", "RES", "SIT")),
    ("公安局交警支队", ("TRA", "ORD")),
    ("消防救援支队", ("SAF",)),
    ("市场监督管理局", ("MKT",)),
    ("卫生健康委员会", ("HOS",)),
    ("教育局", ("MIN",)),
    ("文化广电和旅游局", ("CUL", "BEH")),
    ("水利局", ("RIV",)),
    ("民政局", ("COM", "NCP")),
    ("残疾人联合会", ("ACC",)),
    ("政务服务管理办公室", ("SVC",)),
    ("农业农村局", ("VIL", "REC")),
)

# What a newcomer logs in with: role, user name.
LOGINS = (
    (Role.DISPATCHER, "dispatcher"),
    (Role.HANDLER, "handler"),
    (Role.INSPECTOR, "inspector"),
    (Role.INSPECTOR, "inspector2"),
    (Role.LEADER, "leader"),
    (Role.EDITOR, "editor"),
    (Role.SYSTEM_ADMIN, "sysadmin"),
    (Role.SECURITY_ADMIN, "security"),
    (Role.AUDITOR, "auditor"),
)


@dataclass
class Offices:
    """Who works in the sample city."""

    dispatchers: list[Person]
    inspectors: list[Person]
    handlers: dict[int, Person]  # unit → who handles its cases


def find_offices(city: Division) -> Offices:
    """Who works in the city's office, and who handles the cases of each unit."""
    people = Person.objects.order_by("pk").distinct()
    of_city = people.filter(holdings__post__unit__division=city)
    handlers = people.filter(holdings__post__grants__role=Role.HANDLER).select_related("unit")
    return Offices(
        dispatchers=list(of_city.filter(holdings__post__grants__role=Role.DISPATCHER)),
        inspectors=list(of_city.filter(holdings__post__grants__role=Role.INSPECTOR)),
        handlers={person.unit.pk: person for person in handlers if person.unit},
    )


def open_offices(city: Division, chance: Random, since: date) -> None:
    """The city's office, its departments, the districts' offices, and an office in every street."""
    names = _names(chance)
    lines = {line.code: line for line in Line.objects.all()}
    office = add_unit(name=f"{city.name}文明办", kind=Unit.Kind.OFFICE, division=city, by=INSTALLER)
    staff = [
        (Role.DISPATCHER, "受理派遣", ["dispatcher", "dispatcher2", "dispatcher3"]),
        (Role.INSPECTOR, "督查", ["inspector", "inspector2", *(f"inspector{n}" for n in range(3, 11))]),
        (Role.LEADER, "分管领导", ["leader"]),
        (Role.EDITOR, "目录管理", ["editor"]),
        (Role.SYSTEM_ADMIN, "系统管理", ["sysadmin"]),
        (Role.SECURITY_ADMIN, "安全管理", ["security"]),
        (Role.AUDITOR, "审计管理", ["auditor"]),
    ]
    for role, title, usernames in staff:
        _staff(office, title, role, city, usernames, names, since)
    for number, (name, codes) in enumerate(DEPARTMENTS):
        unit = add_unit(
            name=f"{city.name}{name}",
            kind=Unit.Kind.DEPARTMENT,
            division=city,
            lines=[lines[code] for code in codes if code in lines],
            by=INSTALLER,
        )
        username = "handler" if number == 0 else f"handler{number + 1}"
        _staff(unit, "整改经办", Role.HANDLER, city, [username], names, since)
    for district in Division.objects.filter(parent=city):
        unit = add_unit(name=f"{district.name}文明办", kind=Unit.Kind.OFFICE, division=district, by=INSTALLER)
        _staff(unit, "受理派遣", Role.DISPATCHER, district, [f"d{district.code}"], names, since)
    streets = Division.objects.filter(level=Level.STREET).within(city.path)
    for street in streets:
        title = (
            "街道办事处"
            if street.name.endswith("街道")
            else "人民政府"
            if street.name.endswith(("镇", "乡"))
            else "管理委员会"
        )
        name = street.name.removesuffix("街道") + title if title == "街道办事处" else street.name + title
        unit = add_unit(name=name, kind=Unit.Kind.AREA, division=street, by=INSTALLER)
        _staff(unit, "整改经办", Role.HANDLER, street, [f"s{street.code}"], names, since)


_hashed: list[str] = []


def _staff(
    unit: Unit,
    title: str,
    role: str,
    scope: Division,
    usernames: list[str],
    names: Iterator[str],
    since: date,
) -> None:
    """People in one post of a unit.  They get their password here, since nobody hands it to them."""
    if not _hashed:
        _hashed.append(make_password(PASSWORD))
    post = add_post(unit, name=title, by=INSTALLER)
    grant(post, role=role, division=scope, by=INSTALLER)
    for username in usernames:
        person = add_person(username=username, name=next(names), unit=unit, by=INSTALLER)
        Person.objects.filter(pk=person.pk).update(password=_hashed[0], must_change_password=False)
        appoint(person, post=post, since=since, by=INSTALLER)


def _names(chance: Random) -> Iterator[str]:
    """Made-up names, none twice."""
    used: set[str] = set()
    while True:
        name = chance.choice(SURNAMES) + "".join(chance.sample(GIVEN, chance.choice([1, 2, 2])))
        if name not in used:
            used.add(name)
            yield name
