"""The one way to see who reported."""

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from civicloop.cases.models import Case, Contact
from civicloop.cases.operations.words import needed
from civicloop.kernel.refused import Refused
from civicloop.kernel.trail.record import record
from civicloop.kernel.trail.verbs import Verb
from civicloop.people.models import Person, Role

OPEN_CONTACT = Verb("cases.open_contact", gettext_lazy("查看反映人联系方式"), says=("reason",))


def open_contact(case: Case, *, by: Person, reason: str) -> Contact:
    """查看反映人联系方式: only the office of the place, with a reason, and the look is written down."""
    reason = needed(reason, _("请写明为什么需要联系反映人。"), longest=200)
    line = case.kind.line_id if case.kind else None
    if not any(one.role == Role.DISPATCHER and one.reaches(case.place_path, line) for one in by.standings):
        raise Refused(_("只有受理派遣员可以查看反映人的联系方式。"))
    with transaction.atomic():
        contact = Contact.objects.filter(case=case).first()
        if contact is None:
            raise Refused(_("这个案件没有留联系方式。"))
        record(OPEN_CONTACT, about=case, by=by, said={"reason": reason})
    return contact
