"""The auditor's questions to the trail."""

from collections.abc import Iterable
from dataclasses import dataclass

from django import forms
from django.apps import apps
from django.db.models import CharField, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat
from django.utils.translation import gettext_lazy as _

from civicloop.cases.filters import midnight, midnight_after
from civicloop.cases.models import Case
from civicloop.divisions.models import in_any
from civicloop.kernel.actors import names_of
from civicloop.kernel.trail.models import Entry
from civicloop.kernel.trail.record import canonical
from civicloop.kernel.trail.verbs import VERBS, label_of
from civicloop.people.models import Person, Role, Unit


class TrailForm(forms.Form):
    verb = forms.ChoiceField(label=_("动作"), required=False, choices=[])
    by = forms.CharField(label=_("操作人账号"), required=False, max_length=40)
    about = forms.CharField(label=_("对象"), required=False, max_length=80, help_text=_("如 cases.case:12"))
    since = forms.DateField(label=_("自"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label=_("至"), required=False, widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        apps_here = {config.label for config in apps.get_app_configs()}
        names = sorted((name, label_of(name)) for name in VERBS if name.partition(".")[0] in apps_here)
        self.fields["verb"].choices = [("", _("全部")), *names]  # type: ignore[attr-defined]


@dataclass(frozen=True)
class Line:
    """An entry as the auditor reads it."""

    entry: Entry
    label: str
    who: str
    facts: str


def seen_entries(reader: Person) -> QuerySet[Entry]:
    """The one door to the whole trail, for auditors only.

    Whose places hold every unit of the installation sees everything.  In a database of several cities others
    see what the people of their units did, what was done to these, and what became of their places' cases.
    """
    paths = reader.paths(Role.AUDITOR)
    if not paths:
        return Entry.objects.none()
    if not Unit.objects.exclude(in_any("place_path", paths)).exists():
        return Entry.objects.all()
    people = Person.objects.filter(
        Q(unit__in=Unit.objects.within_any(paths))
        | Q(holdings__post__unit__in=Unit.objects.within_any(paths))
    ).values("pk")
    cases = Case.objects.within_any(paths).values("pk")
    return Entry.objects.filter(
        Q(by__in=people.annotate(key=Concat(Value("person:"), Cast("pk", CharField()))).values("key"))
        | Q(about_kind="people.person", about_id__in=people)
        | Q(about_kind="cases.case", about_id__in=cases)
    )


def wanted_entries(form: TrailForm, reader: Person) -> QuerySet[Entry]:
    """Entries of `reader` that pass the filters; an unknown account or object gives none."""
    entries = seen_entries(reader)
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
        entries = entries.filter(written_at__gte=midnight(given["since"]))
    if given["until"]:
        entries = entries.filter(written_at__lt=midnight_after(given["until"]))
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
