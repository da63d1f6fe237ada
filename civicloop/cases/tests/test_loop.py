from tests.cast import CityTestCase


class LoopTests(CityTestCase):
    def test_it_goes_round(self) -> None:
        case = self.cast.case("looked_back")
        self.assertEqual(case.state, "looked_back")
