"""回头看：保持良好.  A third person went again and it still holds."""

from civicloop.cases import operations
from civicloop.cases.tests.telling import CaseTests, EveryVerb, WithPhotos


class LookBackTests(WithPhotos, EveryVerb, CaseTests):
    word, start, doer, stage = "look_back", "closed", "third", "look_back"

    def test_neither_who_reported_nor_who_verified_looks_back(self) -> None:
        for person in (self.cast.zhou_jie, self.cast.li_na):
            with self.subTest(person=person.name), self.refused("第三人"):
                self.do(by=person)

    def test_a_reason_for_reporters_to_verify_lets_nobody_look_back_twice(self) -> None:
        with self.settings(CIVICLOOP_REPORTER_MAY_VERIFY="人少"), self.refused("第三人"):
            self.do(by=self.cast.zhou_jie)

    def test_nobody_of_the_handling_unit_looks_back(self) -> None:
        with self.refused("责任单位"):
            self.do(by=self.cast.sun_ping)

    def test_after_a_relapse_the_third_is_third_to_the_new_verifier(self) -> None:
        case = operations.relapse(self.case, by=self.third, reason="又堆满了")
        case = operations.sign(case, by=self.cast.wang_lei)
        case = operations.report_fixed(case, by=self.cast.wang_lei, no_photo_because="同上")
        case = operations.close(operations.verify(case, by=self.third), by=self.cast.chen_jing)
        with self.refused("第三人"):
            self.do(case, by=self.third)
        self.assertEqual(self.do(case, by=self.cast.li_na).state, "looked_back")
