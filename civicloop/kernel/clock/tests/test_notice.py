"""The yearly notice, in the wording that it has had since 2008.  These samples are written for the tests."""

from datetime import date

import pytest

from civicloop.kernel.clock.notice import Notice, Unread, read_notice
from civicloop.kernel.clock.tests.known import CALENDAR, KNOWN
from civicloop.kernel.clock.values import Calendar, Edition

OF_2026 = """
关于２０２６年部分节假日安排的通知
各区、各部门：
　　现将2026年元旦、春节、清明节、劳动节、端午节、中秋节和国庆节放假调休日期的具体安排通知如下。
　　一、元旦：1月1日（周四）至3日（周六）放假调休，共3天。1月4日（周日）上班。
　　二、春节：2月15日（农历腊月二十八、周日）至23日（农历正月初七、周一）放假调休，共9天。2月14日（周六）、2月28日（周六）上班。
　　三、清明节：4月4日（周六）至6日（周一）放假，共3天。
　　四、劳动节：5月1日（星期五）至5日（星期二）放假调休，共5天。5月9日（星期六）上班。
　　五、端午节: 6月19日(周五)至21日(周日)放假, 共3天。
　　六、中秋节：9月25日（周五）至27日（周日）放假，共3天。
　　七、国庆节：10月1日（周四）至7日（周三）放假调休，共7天。9月20日（周日）、10月10日（周六）上班。
　　节假日期间，各区、各部门要妥善安排好值班和安全、保卫等工作。
国务院办公厅
2025年11月4日
"""


def test_a_whole_notice_gives_the_calendar_that_we_ship() -> None:
    notice = read_notice(OF_2026)
    assert (notice.year, notice.issued_on, notice.unread) == (2026, date(2025, 11, 4), ())
    read = Calendar.of([Edition(1, frozenset({2026}), {day: (w, name) for day, w, name in notice.days})])
    of_2026 = Calendar.of([Edition(1, frozenset({2026}), KNOWN.days)])
    assert read.differences(of_2026) == ()
    assert not read.is_workday(date(2026, 2, 16))
    assert read.name(date(2026, 2, 14)) == "春节"
    assert CALENDAR.is_workday(date(2026, 2, 14))


def one(sentence: str, year: int = 2023) -> Notice:
    return read_notice(sentence, year)


@pytest.mark.parametrize(
    ("sentence", "off", "on"),
    [
        (
            "元旦：2022年12月31日至2023年1月2日放假调休，共3天。",
            ["2022-12-31", "2023-01-01", "2023-01-02"],
            [],
        ),
        (
            "元旦：12月31日（周六）至1月2日（周一）放假调休，共3天。",
            ["2022-12-31", "2023-01-01", "2023-01-02"],
            [],
        ),
        ("清明节：4月5日（周三）放假1天，不调休。", ["2023-04-05"], []),
        ("元旦：1月1日放假，与周末连休。", ["2023-01-01"], []),
        ("清明节：4月5日放假，4月7日（星期五）补休。", ["2023-04-05", "2023-04-07"], []),
        (
            "（一）劳动节：4月29日至5月1日放假，共3天，4月23日上班。",
            ["2023-04-29", "2023-04-30", "2023-05-01"],
            ["2023-04-23"],
        ),
        ("国庆节：10月7日、8日和14日照常上班。", [], ["2023-10-07", "2023-10-08", "2023-10-14"]),
    ],
)
def test_sentences_as_notices_have_them(sentence: str, off: list[str], on: list[str]) -> None:
    notice = one(sentence)
    assert notice.unread == ()
    assert [day.isoformat() for day, worked, _ in notice.days if not worked] == off
    assert [day.isoformat() for day, worked, _ in notice.days if worked] == on
    assert all(name in ("元旦", "清明节", "劳动节", "国庆节") for *_, name in notice.days)


@pytest.mark.parametrize(
    ("sentence", "reason"),
    [
        ("延长2023年春节假期至2月2日", "wording"),
        ("2月3日起正常上班", "wording"),
        ("春节：1月21日至27日放假调休，共8天", "count"),
        ("国庆节：9月29日（周六）放假", "weekday"),
        ("中秋节：2月30日放假", "date"),
        ("国庆节：10月7日至1日放假", "date"),
        ("元旦：3日放假", "date"),
        ("春节：1月21日至12月27日放假", "date"),
        ("2023年13月40日", "date"),
    ],
)
def test_what_cannot_be_read_is_handed_back(sentence: str, reason: str) -> None:
    notice = one(f"{sentence}。")
    assert notice.days == ()
    assert [unread.reason for unread in notice.unread] == [reason]
    assert notice.unread[0].sentence in sentence


def test_a_day_cannot_be_holiday_and_working_day() -> None:
    notice = one("劳动节：4月29日至5月1日放假，共3天。4月30日上班。")
    assert notice.unread == (Unread("4月30日上班", "conflict"),)
    assert len(notice.days) == 3


def test_a_notice_without_a_year_needs_to_be_told_it() -> None:
    with pytest.raises(ValueError, match="which year"):
        read_notice("元旦：1月1日放假1天。")


@pytest.mark.parametrize(
    "text", ["", "　", "值班安排另行通知。", "日日日（（", "。；。", "一、：1月", "9" * 4000 + "日"]
)
def test_any_text_is_survived(text: str) -> None:
    assert read_notice(text, 2027).days == ()
