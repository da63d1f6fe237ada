"""Who may ask what: a row for every address and method.

A row names the people for whom the answer is `yes`; those in `told` see the thing but not this step, and get a
sentence with 422; for everybody else of the cast it is 404, as if it were not there; whoever is not logged in is
sent to log in (pages) or told 401 (API).  `open` rows need no log-in.
"""

from dataclasses import dataclass, field

from tests.cast import PEOPLE

ALL = frozenset({*PEOPLE, "third"})
CITY_DISPATCHER = frozenset({"chen_jing"})
DISPATCHERS = frozenset({"chen_jing", "west_dispatcher", "stranger_dispatcher"})
INSPECTORS = frozenset({"li_na", "zhou_jie", "sun_ping", "third", "stranger_inspector"})
HANDLERS = frozenset({"wang_lei", "zhao_min", "stranger_handler"})
LEADER = frozenset({"liu_yang"})
EDITOR = frozenset({"he_bian"})
SYSTEM, SECURITY, AUDIT = frozenset({"system_admin"}), frozenset({"security_admin"}), frozenset({"auditor"})
WORKERS = DISPATCHERS | INSPECTORS | HANDLERS | LEADER

# Who sees a case of 东街街道 before and after it is with 市城管局.
OF_THE_CITY = frozenset({"chen_jing", "li_na", "zhou_jie", "sun_ping", "third", "liu_yang"})
WITH_UNIT = OF_THE_CITY | {"wang_lei"}
INSIDE_THE_CITY = ALL - {"stranger_dispatcher", "stranger_handler", "stranger_inspector"}


@dataclass(frozen=True)
class Row:
    yes: frozenset[str] = ALL
    status: int = 200
    told: frozenset[str] = field(default_factory=frozenset)
    open: bool = False
    anonymous: int | None = None  # where it is neither the log-in nor 401


def page(yes: frozenset[str] = ALL) -> Row:
    return Row(yes)


def step(yes: frozenset[str], told: frozenset[str] = frozenset(), status: int = 303) -> Row:
    return Row(yes, status, told - yes)


_JUDGES = frozenset({"li_na", "third"})
_SEEN_IN = {  # word: who sees the case then, who may take the step
    "file": (OF_THE_CITY, CITY_DISPATCHER),
    "decline": (OF_THE_CITY, CITY_DISPATCHER),
    "merge": (OF_THE_CITY, CITY_DISPATCHER),
    "dispatch": (OF_THE_CITY, CITY_DISPATCHER),
    "sign": (WITH_UNIT, frozenset({"wang_lei"})),
    "hand_back": (WITH_UNIT, frozenset({"wang_lei"})),
    "report_fixed": (WITH_UNIT, frozenset({"wang_lei"})),
    "verify": (WITH_UNIT, _JUDGES),
    "send_back": (WITH_UNIT, _JUDGES | CITY_DISPATCHER),
    "close": (WITH_UNIT, CITY_DISPATCHER),
    "look_back": (WITH_UNIT, frozenset({"third"})),
    "relapse": (WITH_UNIT, frozenset({"third"})),
    "settle": (WITH_UNIT, CITY_DISPATCHER),
}

ROWS: dict[tuple[str, str], Row] = {
    # For everybody
    ("home", "GET"): page(),
    ("health", "GET"): Row(open=True),
    ("set_language", "POST"): Row(open=True, status=302),
    ("looks", "GET"): Row(open=True),
    ("trail", "GET"): page(AUDIT),
    ("evidence", "GET"): Row(frozenset({"li_na"}), 202),  # made for her; the small copy is still being made
    # At the door
    ("people:log_in", "GET"): Row(open=True, status=303, anonymous=200),  # who is in already, goes on
    ("people:log_in", "POST"): Row(open=True, status=303, anonymous=422),
    ("people:log_out", "POST"): Row(open=True, status=303),
    ("people:second_factor", "GET"): Row(status=303),  # nobody here has one to show
    ("people:second_factor", "POST"): Row(status=303),
    ("people:enrol_factor", "GET"): page(),
    ("people:enrol_factor", "POST"): Row(status=422),  # an empty form
    ("people:change_password", "GET"): page(),
    ("people:change_password", "POST"): Row(status=422),
    ("people:account", "GET"): page(),
    ("people:end_sessions", "POST"): step(ALL),
    ("people:tokens", "GET"): page(),
    ("people:tokens", "POST"): step(ALL),
    ("people:revoke_token", "POST"): step(CITY_DISPATCHER),  # it is hers
    # People
    ("people:people", "GET"): page(),
    ("people:person", "GET"): page(INSIDE_THE_CITY - {"nobody", "west_dispatcher", "zhao_min"}),
    ("people:add_person", "GET"): page(SYSTEM),
    ("people:add_person", "POST"): step(SYSTEM),
    **{
        (f"people:{word}", method): page(who) if method == "GET" else step(who)
        for who, words in (
            (SYSTEM, ("edit_person", "disable", "enable", "add_unit", "edit_unit", "add_post")),
            (
                SECURITY,
                ("unlock", "reset_password", "reset_factor", "appoint", "end_holding", "grant", "withdraw"),
            ),
        )
        for word in words
        for method in ("GET", "POST")
    },
    # There is nothing to unlock and no authenticator to reset: she is told so.
    ("people:unlock", "POST"): Row(SECURITY, 422),
    ("people:reset_factor", "POST"): Row(SECURITY, 422),
    ("people:units", "GET"): page(),
    ("people:unit", "GET"): page(INSIDE_THE_CITY - {"nobody", "west_dispatcher", "zhao_min"}),
    ("people:grants", "GET"): page(SECURITY),
    # Places
    ("divisions:divisions", "GET"): page(),
    ("divisions:division", "GET"): page(),
    ("divisions:outlines", "GET"): page(),
    ("divisions:choose", "GET"): page(),
    ("divisions:suggest", "GET"): page(),
    ("divisions:load", "GET"): page(SYSTEM),
    ("divisions:load", "POST"): step(SYSTEM),
    ("divisions:load_boundaries", "GET"): page(SYSTEM),
    ("divisions:load_boundaries", "POST"): step(SYSTEM),
    ("divisions:loaded", "GET"): page(SYSTEM),
    ("divisions:confirm_load", "POST"): step(SYSTEM),
    ("divisions:sites", "GET"): page(WORKERS | EDITOR | SYSTEM),
    ("divisions:site_points", "GET"): page(WORKERS | EDITOR | SYSTEM),
    ("divisions:site", "GET"): page(WITH_UNIT | {"zhao_min"} | EDITOR | SYSTEM),
    ("divisions:add_site", "GET"): page(DISPATCHERS | EDITOR | SYSTEM),
    ("divisions:add_site", "POST"): step(
        CITY_DISPATCHER | EDITOR | SYSTEM,
        told=DISPATCHERS,  # of another place: the form says so
    ),
    ("divisions:change_site", "GET"): page(CITY_DISPATCHER | EDITOR | SYSTEM),
    ("divisions:change_site", "POST"): step(CITY_DISPATCHER | EDITOR | SYSTEM),
    # Kinds
    ("standards:kinds", "GET"): page(),
    ("standards:kind", "GET"): page(),
    ("standards:add_kind", "GET"): page(EDITOR),
    ("standards:add_kind", "POST"): step(EDITOR),
    ("standards:change_kind", "GET"): page(EDITOR),
    ("standards:change_kind", "POST"): step(EDITOR),
    # Cases
    ("cases:list", "GET"): page(),
    ("cases:map", "GET"): page(),
    ("cases:points", "GET"): page(),
    ("cases:report", "GET"): page(DISPATCHERS | INSPECTORS),
    ("cases:report", "POST"): step(
        frozenset({"chen_jing", "li_na", "zhou_jie", "sun_ping", "third"}), told=DISPATCHERS | INSPECTORS
    ),
    ("cases:case", "GET"): page(WITH_UNIT),
    ("cases:contact", "GET"): page(CITY_DISPATCHER),
    ("cases:contact", "POST"): Row(CITY_DISPATCHER, 200),
    **{(f"cases:{word}", "GET"): page(sees) for word, (sees, _may) in _SEEN_IN.items()},
    **{(f"cases:{word}", "POST"): step(may, told=sees) for word, (sees, may) in _SEEN_IN.items()},
    ("cases:load", "GET"): page(DISPATCHERS),
    ("cases:load", "POST"): step(DISPATCHERS),
    ("cases:load_preview", "GET"): page(CITY_DISPATCHER),
    ("cases:load_preview", "POST"): step(CITY_DISPATCHER),
    ("cases:load_start", "POST"): Row(CITY_DISPATCHER, 422),  # she has not rehearsed it yet
    ("cases:load_unplaced", "GET"): Row(frozenset()),  # no row stayed out, so there is no file
    # Glances
    ("cockpit:cockpit", "GET"): page(WORKERS),
    ("cockpit:areas", "GET"): page(WORKERS),
    ("notifications:notices", "GET"): page(),
    ("notifications:read_all", "POST"): step(ALL),
    # The API
    ("api:openapi-json", "GET"): Row(open=True),
    ("api:api-root", "GET"): Row(open=True, status=404),
    ("api:me", "GET"): page(),
    ("api:kinds", "GET"): page(),
    ("api:divisions", "GET"): page(),
    ("api:list_cases", "GET"): page(),
    ("api:list_cases", "POST"): step(
        frozenset({"chen_jing", "li_na", "zhou_jie", "sun_ping", "third"}), told=ALL, status=201
    ),
    ("api:case", "GET"): page(WITH_UNIT),
    ("api:history", "GET"): page(WITH_UNIT),
    ("api:units_for_case", "GET"): page(WITH_UNIT),
    ("api:hand_in_photo", "POST"): step(ALL, status=201),
    **{(f"api:{word}", "POST"): step(may, told=sees, status=200) for word, (sees, may) in _SEEN_IN.items()},
}
# Two names for one address.
SAME = {"api:report": "api:list_cases"}
