"""查看反映人联系方式: the one way to see who reported."""

import uuid

from django.urls import reverse

from civicloop.cases import operations
from civicloop.cases.models import Case
from civicloop.cases.seen import as_seen_by, history_as_seen_by
from civicloop.cases.tests.telling import CaseTests
from civicloop.kernel.idempotency import Intent
from civicloop.kernel.trail.models import Entry
from tests.cast import PEOPLE

PHONE = "13912347788"


class OpenContactTests(CaseTests):
    case: Case

    @classmethod
    def setUpTestData(cls) -> None:
        super().setUpTestData()
        cls.case = cls.cast.case("dispatched", contact=("李大爷", PHONE), by=cls.cast.chen_jing)

    def test_the_office_of_the_place_sees_it_with_a_reason_and_the_look_is_written_down(self) -> None:
        contact = operations.open_contact(self.case, by=self.cast.chen_jing, reason="核实地点")
        self.assertEqual(contact.phone, PHONE)
        entry = self.last_entry(self.case)
        self.assertEqual((entry.verb, entry.by), ("cases.open_contact", self.cast.chen_jing.actor_key))
        self.assertEqual(entry.said.words, {"reason": "核实地点"})

    def test_nobody_else_sees_it(self) -> None:
        for name in {*PEOPLE} - {"chen_jing"}:
            with self.subTest(name=name), self.refused():
                operations.open_contact(self.case, by=getattr(self.cast, name), reason="好奇")

    def test_not_without_a_reason(self) -> None:
        for nothing in ("", " ", "\x00"):
            with self.refused("请写明为什么"):
                operations.open_contact(self.case, by=self.cast.chen_jing, reason=nothing)

    def test_a_case_without_a_contact_says_so(self) -> None:
        without = self.cast.case()
        with self.refused("没有留联系方式"):
            operations.open_contact(without, by=self.cast.chen_jing, reason="核实")

    def test_only_the_office_learns_that_there_is_one(self) -> None:
        self.assertTrue(as_seen_by(self.case, self.cast.chen_jing).has_contact)
        for name in ("wang_lei", "li_na", "liu_yang", "zhou_jie"):
            self.assertFalse(as_seen_by(self.case, getattr(self.cast, name)).has_contact, name)

    def test_the_handling_unit_does_not_learn_that_somebody_looked(self) -> None:
        operations.open_contact(self.case, by=self.cast.chen_jing, reason="核实地点")
        told = [one.entry.verb for one in history_as_seen_by(self.case, self.cast.wang_lei)]
        self.assertNotIn("cases.open_contact", told)

    def test_the_page_shows_it_once_and_the_server_keeps_no_second_copy(self) -> None:
        self.as_(self.cast.chen_jing)
        where = reverse("cases:contact", args=[self.case.number])
        answer = self.client.post(where, {"reason": "核实地点", "intent": str(uuid.uuid4())})
        self.assertContains(answer, PHONE)
        kept = b"".join(bytes(one.body or b"") for one in Intent.objects.all())
        self.assertFalse(PHONE.encode() in kept, "the answer was kept with its key")
        self.assertEqual(Entry.objects.filter(verb="cases.open_contact").count(), 1)
