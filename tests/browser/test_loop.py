"""A problem on its way round the loop, everybody at their own browser."""

import re

from playwright.sync_api import expect

from civicloop.cases.models import Case
from tests.browser.acting import (
    fill_and_send,
    moves_on,
    open_case,
    photo,
    state_of,
    take,
    the_worker_comes_by,
)
from tests.browser.conftest import Enter
from tests.cast import Cast


def test_a_problem_is_reported_handed_back_put_right_twice_relapses_and_is_settled(
    cast: Cast, enter: Enter
) -> None:
    li_na, zhou_jie, third = (
        enter(cast.li_na, width=360),
        enter(cast.zhou_jie, width=360),
        enter(cast.third, width=360),
    )
    zhao_min, wang_lei = enter(cast.zhao_min, width=360), enter(cast.wang_lei, width=360)
    chen_jing = enter(cast.chen_jing)

    # 李娜 stands before it: a photo, a sentence, her position.
    li_na.goto("/cases/report")
    expect(li_na.get_by_role("button", name="拍照")).to_be_visible()
    li_na.get_by_role("button", name="用我现在的位置").click()
    expect(li_na.locator('input[name="longitude"]')).to_have_value("118.050000")
    fill_and_send(li_na, text="路口垃圾桶满溢，污水流到人行道", photos=[photo(1)])
    the_worker_comes_by()
    case = Case.objects.get()
    assert case.division == cast.division["980101"]  # found by the position
    assert state_of(li_na) == "待立案"
    open_case(li_na, case)
    expect(li_na.locator("figure.photo img").first).to_be_visible()
    assert moves_on(li_na) == []

    # 陈静 finds it waiting for her, files it, and sends it to the wrong unit.
    chen_jing.goto("/")
    expect(chen_jing.locator("#home")).to_contain_text("路口垃圾桶满溢")
    open_case(chen_jing, case)
    assert moves_on(chen_jing) == ["立案", "不予立案", "并案"]
    take(chen_jing, case, "立案", kind=str(cast.litter.pk), division="980101001001")
    chen_jing.goto(f"/cases/{case.number}/dispatch")
    expect(chen_jing.locator("form.hand-form")).to_contain_text("“暴露垃圾”的时限是4个工作小时")
    take(chen_jing, case, "派遣", unit="东街街道办事处")

    # 赵敏 hands it back.
    open_case(zhao_min, case)
    assert moves_on(zhao_min) == ["签收", "退回"]
    take_back = "该路段由市城管局保洁，不属于本街道"
    zhao_min.locator(".moves a", has_text="退回").click()
    fill_and_send(zhao_min, reason=take_back)
    expect(zhao_min.locator("h1")).to_have_text("我的工作")  # the case is not theirs any more
    case.refresh_from_db()
    assert case.state == "filed"
    the_worker_comes_by()

    # 陈静 reads why, and sends it to the right one.
    chen_jing.goto("/")
    expect(chen_jing.locator("#home")).to_contain_text("被退回，待重新派遣")
    open_case(chen_jing, case)
    expect(chen_jing.locator(".timeline")).to_contain_text(take_back)
    take(chen_jing, case, "派遣", unit="市城管局", note="请今日内清运")
    the_worker_comes_by()

    # 王磊 is told, signs and puts it right, but not well enough for 周杰.
    wang_lei.goto("/notifications/")
    expect(wang_lei.locator("#notices")).to_contain_text("派遣")
    take(wang_lei, case, "签收")
    take(wang_lei, case, "上报整改", photos=[photo(2)], note="已清运两车")
    take(zhou_jie, case, "返工", reason="桶身仍有污水，地面没有冲洗", photos=[photo(3)])
    expect(zhou_jie.locator(".page-title")).to_contain_text("第 2 轮整改")
    take(wang_lei, case, "上报整改", photos=[photo(4)])
    the_worker_comes_by()

    # 李娜 reported it, so somebody else verifies.
    open_case(li_na, case)
    assert moves_on(li_na) == []
    take(zhou_jie, case, "核查通过", note="已冲洗干净")
    take(chen_jing, case, "结案")

    # It does not hold.
    open_case(zhou_jie, case)
    assert moves_on(zhou_jie) == []  # who verified does not look back
    take(third, case, "回头看：反弹", reason="又有散落垃圾", photos=[photo(5)])
    assert (case.state, case.unit, case.relapses) == ("dispatched", cast.city_management, 1)
    take(wang_lei, case, "签收")
    take(wang_lei, case, "上报整改", no_photo_because="夜间清运，无法拍摄")
    take(zhou_jie, case, "核查通过")
    take(chen_jing, case, "结案")
    take(third, case, "回头看：保持良好", note="一周后仍保持整洁")
    take(chen_jing, case, "销号")
    the_worker_comes_by()

    open_case(chen_jing, case)
    assert state_of(chen_jing) == "已销号"
    assert moves_on(chen_jing) == []
    expect(chen_jing.locator(".steps [data-state=done]")).to_have_count(9)
    titles = chen_jing.locator(".pair h3")
    expect(titles).to_have_text(["第 1 轮", "第 2 轮", "第 3 轮"])
    expect(chen_jing.locator(".pair").nth(2)).to_contain_text("夜间清运，无法拍摄")
    sentences = chen_jing.locator(".timeline .timeline-line b").all_inner_texts()
    assert len(sentences) == 18, sentences

    # The unit sees what, never who.
    open_case(wang_lei, case)
    whole = wang_lei.locator("main").inner_text()
    assert not re.search("李娜|周杰|第三人", whole)
    assert "督查员" in whole


def test_the_loop_is_walked_without_any_script(cast: Cast, enter: Enter) -> None:
    zhou_jie, wang_lei = enter(cast.zhou_jie, width=360, js=False), enter(cast.wang_lei, width=360, js=False)
    chen_jing, li_na = enter(cast.chen_jing, js=False), enter(cast.li_na, width=360, js=False)
    third = enter(cast.third, js=False)

    zhou_jie.goto("/cases/report")
    fill_and_send(zhou_jie, text="楼道堆放杂物", division="荷花社区", photos=[photo(1)])
    case = Case.objects.get()
    take(chen_jing, case, "立案", kind=str(cast.cables.pk))
    take(chen_jing, case, "派遣", unit="市城管局")
    take(wang_lei, case, "签收")
    take(wang_lei, case, "上报整改", photos=[photo(2)])
    take(li_na, case, "核查通过")
    take(chen_jing, case, "结案")
    take(third, case, "回头看：保持良好")
    take(chen_jing, case, "销号")
    assert case.state == "settled"

    chen_jing.goto("/cases/?q=" + "堆放杂物")
    expect(chen_jing.locator("table.cases tbody tr")).to_have_count(1)
    chen_jing.goto("/cockpit/")
    expect(chen_jing.locator(".tile").first).to_contain_text("1")


def test_a_report_of_the_same_matter_is_merged_into_the_first(cast: Cast, enter: Enter) -> None:
    first, second = cast.case("filed"), cast.case(text="桶满了没人收")
    chen_jing = enter(cast.chen_jing)
    open_case(chen_jing, second)
    chen_jing.locator(".moves a", has_text="并案").click()
    chen_jing.get_by_label(first.number).check()
    fill_and_send(chen_jing, reason="同一处垃圾桶")
    second.refresh_from_db()
    assert second.merged_into == first
    expect(chen_jing.locator("main")).to_contain_text(f"本案已并入 {first.number}")
    open_case(chen_jing, first)
    expect(chen_jing.locator("main")).to_contain_text("桶满了没人收")


def test_the_reporter_reads_why_nothing_was_filed(cast: Cast, enter: Enter) -> None:
    case = cast.case(by=cast.li_na)
    take(enter(cast.chen_jing), case, "不予立案", reason="该处正在施工，围挡内由施工单位清理")
    li_na = enter(cast.li_na, width=360)
    open_case(li_na, case)
    assert state_of(li_na) == "不予立案"
    expect(li_na.locator(".timeline")).to_contain_text("围挡内由施工单位清理")


def test_who_called_is_shown_after_a_reason_and_only_to_the_office(cast: Cast, enter: Enter) -> None:
    case = cast.case("signed", by=cast.chen_jing, contact=("钱女士", "000-1234"))
    wang_lei, chen_jing = enter(cast.wang_lei), enter(cast.chen_jing)
    open_case(wang_lei, case)
    assert "联系方式" not in wang_lei.locator("main").inner_text()
    assert (wang_lei.goto(f"/cases/{case.number}/contact") or wang_lei).status == 404  # type: ignore[union-attr]
    open_case(chen_jing, case)
    chen_jing.get_by_role("link", name="查看反映人联系方式").click()
    assert "000-1234" not in chen_jing.content()
    chen_jing.get_by_label("为什么需要联系反映人").fill("核对具体楼栋")
    chen_jing.get_by_role("button", name="查看").click()
    expect(chen_jing.locator("#contact")).to_contain_text("000-1234")
