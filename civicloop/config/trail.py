"""The auditor's questions to the trail."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from civicloop.kernel.actors import names_of
from civicloop.kernel.trail.models import Entry
from civicloop.kernel.trail.record import canonical
from civicloop.kernel.trail.verbs import VERBS, label_of
from civicloop.people.models import Person


class TrailForm(forms.Form):
    verb = forms.ChoiceField(label=_("动作"), required=False, choices=[])
    by = forms.CharField(label=_("操作人账号"), required=False, max_length=40)
    about = forms.CharField(label=_("对象"), required=False, max_length=80, help_text=_("如 cases.case:12"))
    since = forms.DateField(label=_("自"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label=_("至"), required=False, widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        names = sorted((name, label_of(name)) for name in VERBS)
        self.fields["verb"].choices = [("", _("全部")), *names]  # type: ignore[attr-defined]


@dataclass(frozen=True)
class Line:
    """An entry as the auditor reads it."""

    entry: Entry
    label: str
    who: str
    facts: str


def wanted_entries(form: TrailForm) -> QuerySet[Entry]:
    """Entries that pass the filters; an unknown account or object gives none."""
    entries = Entry.objects.all()
    if not form.is_valid():
        return entries.none()
    given = form.cleaned_data
    if given["verb"]:
        entries = entries.filter(verb=given["verb"])
    if given["by"]:
        person = Person.objects.filter(username=given["by"]).first()
        entries = entries.filter(by=person.actor_key if person else given["by"])
    if given["about"]:
        kind, _colon, number = given["about"].partition(":")
        entries = entries.filter(about_kind=kind, about_id=int(number) if number.isdecimal() else -1)
    if given["since"]:
        entries = entries.filter(written_at__gte=_midnight(given["since"]))
    if given["until"]:
        entries = entries.filter(written_at__lt=_midnight(given["until"] + timedelta(days=1)))
    return entries


def lines_of(entries: Iterable[Entry]) -> list[Line]:
    entries = list(entries)
    names = names_of(entry.by for entry in entries)
    return [
        Line(
            entry,
            label_of(entry.verb),
            names[entry.by],
            canonical(entry.facts).decode() if entry.facts else "",
        )
        for entry in entries
    ]


def _midnight(day: object) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))  # type: ignore[arg-type]
