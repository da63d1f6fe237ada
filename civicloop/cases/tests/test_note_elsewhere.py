"""登记原系统办结: history that another system has lived through."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from civicloop.cases import operations
from civicloop.cases.models import Case
from civicloop.cases.tests.telling import CaseTests
from civicloop.cases.workflow import DONE
from civicloop.kernel.actors import IMPORTER, WORKER
from civicloop.kernel.clock.now import now

CITY = ZoneInfo("Asia/Shanghai")
MONDAY = datetime(2026, 3, 16, 9, 0, tzinfo=CITY)


class NoteElsewhereTests(CaseTests):
    def old(self, **changes: Any) -> Case:
        usual: dict[str, Any] = {
            "by": IMPORTER,
            "text": "旧系统的案件",
            "division": self.cast.division["980101001001"],
            "kind": self.cast.litter,
            "source": "import",
            "reported_at": MONDAY,
            "external_system": "old",
            "external_id": str(Case.objects.count()),
        }
        return operations.report(**(usual | changes))

    def test_it_is_history_and_never_something_that_we_verified(self) -> None:
        case = operations.note_elsewhere(self.old(), ended_at=MONDAY + timedelta(hours=1), by=IMPORTER)
        self.assertEqual((case.state, case.ended_at), ("elsewhere", MONDAY + timedelta(hours=1)))
        self.assertNotIn(case.state, DONE)

    def test_whether_it_was_late_is_reckoned_from_the_report(self) -> None:
        in_time = operations.note_elsewhere(self.old(), ended_at=MONDAY + timedelta(hours=6), by=IMPORTER)
        late = operations.note_elsewhere(
            self.old(), ended_at=MONDAY + timedelta(hours=6, seconds=1), by=IMPORTER
        )
        self.assertEqual((in_time.late_rounds, late.late_rounds), (0, 1))

    def test_without_a_kind_there_is_nothing_to_be_late_by(self) -> None:
        case = operations.note_elsewhere(
            self.old(kind=None), ended_at=MONDAY + timedelta(days=90), by=IMPORTER
        )
        self.assertEqual((case.due_at, case.late_rounds), (None, 0))

    def test_it_did_not_end_before_it_was_reported_nor_in_the_future(self) -> None:
        case = self.old()
        with self.refused("早于上报"):
            operations.note_elsewhere(case, ended_at=MONDAY - timedelta(seconds=1), by=IMPORTER)
        with self.refused("晚于现在"):
            operations.note_elsewhere(case, ended_at=now() + timedelta(minutes=1), by=IMPORTER)

    def test_only_the_import_says_so(self) -> None:
        case = self.old()
        for who in (self.cast.chen_jing, self.cast.li_na, WORKER):
            with self.subTest(who=who.actor_key), self.refused():
                operations.note_elsewhere(case, ended_at=MONDAY + timedelta(hours=1), by=who)
