"""核查通过: someone who is not of the unit went and looked, and it is right."""

from civicloop.cases.tests.telling import CaseTests, EveryVerb, WithPhotos
from civicloop.people.models import Person, Role


class VerifyTests(WithPhotos, EveryVerb, CaseTests):
    """李娜 looks; 周杰 had reported it; 孙平 inspects too, but belongs to the unit that put it right."""

    word, start, doer, stage = "verify", "fixed", "li_na", "verify"
    may = frozenset({"third"})

    def test_the_case_knows_who_looked(self) -> None:
        self.assertEqual(self.do().verifier, self.cast.li_na)

    def test_nobody_of_the_handling_unit_verifies(self) -> None:
        with self.refused("您所在的单位就是责任单位"):
            self.do(by=self.cast.sun_ping)

    def test_nobody_on_the_roster_of_the_handling_unit_verifies_whatever_post_they_hold_elsewhere(
        self,
    ) -> None:
        Person.objects.filter(pk=self.cast.li_na.pk).update(unit=self.cast.city_management)
        with self.refused("您所在的单位就是责任单位"):
            self.do()

    def test_nor_does_whoever_also_holds_a_post_there_that_grants_nothing(self) -> None:
        half = self.give(self.cast.li_na, self.cast.city_management, None)
        with self.refused("您所在的单位就是责任单位"):
            self.do(by=half)

    def test_nor_does_whoever_also_handles_for_it(self) -> None:
        both = self.give(self.cast.li_na, self.cast.city_management, Role.HANDLER)
        with self.refused("您所在的单位就是责任单位"):
            self.do(by=both)

    def test_whoever_reported_it_does_not_verify_it(self) -> None:
        with self.refused("您上报的", "另一位督查员"):
            self.do(by=self.cast.zhou_jie)

    def test_unless_the_office_gives_a_reason(self) -> None:
        with self.settings(CIVICLOOP_REPORTER_MAY_VERIFY="全市只有一名督查员"):
            self.assertEqual(self.do(by=self.cast.zhou_jie).verifier, self.cast.zhou_jie)

    def test_a_reason_does_not_let_the_handling_unit_verify(self) -> None:
        case = self.cast.case("fixed", by=self.cast.sun_ping)
        with self.settings(CIVICLOOP_REPORTER_MAY_VERIFY="人少"), self.refused("责任单位"):
            self.do(case, by=self.cast.sun_ping)

    def test_no_photo_is_needed(self) -> None:
        self.assertEqual(self.last_entry(self.do()).facts["photo_ids"], [])
