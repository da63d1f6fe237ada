"""退回: not this unit's duty."""

import uuid
from typing import Any

from django.urls import reverse

from civicloop.cases.models import Case
from civicloop.cases.tests.telling import CaseTests, EveryVerb


class HandBackTests(EveryVerb, CaseTests):
    word, start, doer = "hand_back", "dispatched", "wang_lei"

    def given(self) -> dict[str, Any]:
        return {"reason": "该路段由住建部门管养"}

    def test_the_case_goes_back_to_the_office_which_sees_who_refused(self) -> None:
        case = self.do()
        self.assertEqual((case.unit, case.handed_back_by), (None, self.cast.city_management))
        self.assertEqual(self.last_entry(case).facts["handed_back_by_id"], self.cast.city_management.pk)

    def test_the_units_clock_ends(self) -> None:
        case = self.do()
        self.assertEqual((case.due_at, case.due_steps, case.calendar), (None, None, None))

    def test_the_unit_does_not_see_the_case_any_more(self) -> None:
        case = self.do()
        self.assertEqual(list(Case.objects.seen_by(self.cast.wang_lei).filter(pk=case.pk)), [])

    def test_what_is_signed_cannot_be_handed_back(self) -> None:
        signed = self.cast.case("signed")
        with self.refused("整改中"):
            self.do(signed)

    def test_by_the_api_it_is_done_and_answered_though_the_unit_may_look_no_more(self) -> None:
        self.as_(self.cast.wang_lei)
        answer = self.client.post(
            reverse("api:hand_back", args=[self.case.number]),
            {"reason": "不属本单位"},
            content_type="application/json",
            headers={"Idempotency-Key": str(uuid.uuid4())},
        )
        self.assertEqual((answer.status_code, answer.json()["state"]), (200, "filed"))
        self.assertEqual(self.fresh(self.case).state, "filed")
        gone = self.client.get(reverse("api:case", args=[self.case.number]))
        self.assertEqual(gone.status_code, 404)

    def test_on_the_page_the_handler_lands_where_there_is_something_to_see(self) -> None:
        self.as_(self.cast.wang_lei)
        answer = self.client.post(
            reverse("cases:hand_back", args=[self.case.number]),
            {"reason": "不属本单位", "intent": str(uuid.uuid4())},
            follow=True,
        )
        self.assertEqual(self.fresh(self.case).state, "filed")
        self.assertEqual(answer.status_code, 200)
