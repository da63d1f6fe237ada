"""销号: it was put right, and it held."""

from civicloop.cases import operations
from civicloop.cases.tests.telling import CaseTests, EveryVerb
from civicloop.cases.workflow import MOVES


class SettleTests(EveryVerb, CaseTests):
    word, start, doer = "settle", "looked_back", "chen_jing"

    def test_it_ends_the_case_now(self) -> None:
        self.assertIsNotNone(self.do().ended_at)

    def test_nothing_moves_a_settled_case(self) -> None:
        case = self.do()
        self.assertEqual([move.name for move in MOVES if case.state in move.sources], [])

    def test_a_closed_case_is_looked_back_at_first(self) -> None:
        closed = self.cast.case("closed")
        with self.refused("待回头看"):
            operations.settle(closed, by=self.cast.chen_jing)
