"""Finding people and units by name, pinyin ("zhao min", "zhaomin", "zm") or unit."""

import re

from django.db.models import CharField, Exists, F, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Replace

from civicloop.kernel.clock.now import today
from civicloop.people.models import Holding, PersonQuerySet, Post, Unit

_LATIN = re.compile(r"[a-z0-9]+")
MOST_INITIALS = 8


def _by_pinyin(column: str, words: str) -> Q:
    """The whole spelling from its beginning or the beginning of any syllable, or the initials."""
    word = words.lower().replace(" ", "")
    if not _LATIN.fullmatch(word):
        return Q(pk__in=[])
    found = Q(spelling__contains=word)
    if len(word) <= MOST_INITIALS:
        found |= Q(**{f"{column}__regex": r"(^| )" + "[a-z0-9]* ".join(word)})
    return found


_SPELLING = Replace(F("sort_key"), Value(" "), Value(""), output_field=CharField())


def units_named(units: QuerySet[Unit], words: str) -> QuerySet[Unit]:
    if not (words := words.strip()):
        return units
    return units.annotate(spelling=_SPELLING).filter(Q(name__contains=words) | _by_pinyin("sort_key", words))


def people_named(people: PersonQuerySet, words: str) -> PersonQuerySet:
    if not (words := words.strip()):
        return people
    units = units_named(Unit.objects.all(), words).values("pk")
    serving = Holding.objects.on(today()).filter(person=OuterRef("pk"), post__unit__in=units)
    return people.annotate(spelling=_SPELLING).filter(
        Q(name__contains=words)
        | Q(username=words)
        | _by_pinyin("sort_key", words)
        | Q(unit__in=units)
        | Exists(serving)
    )


def posts_named(posts: QuerySet[Post], words: str) -> QuerySet[Post]:
    if not words.strip():
        return posts
    units = units_named(Unit.objects.all(), words).values("pk")
    return posts.filter(Q(unit__in=units) | Q(name__contains=words.strip()))
