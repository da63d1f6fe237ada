"""What somebody was typing when their session ended: held for them, shown to nobody else.

A form says by whom it was opened, under our signature.  A post that comes too late is kept in the new, still
anonymous session together with that name; once the same person is back, the page of the form takes it.
"""

import re

from django import forms
from django.contrib import messages
from django.core import signing
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _

from civicloop.kernel.idempotency import FIELD

OPENED_BY = "opened_by"
LONGEST = 64 * 1024  # bytes of typed text
FORM_LIVES_SECONDS = 7 * 86400
_PLACE = "held"
_NEVER = re.compile(r"password|one_time_code", re.IGNORECASE)
_OURS = frozenset({FIELD, OPENED_BY, "csrfmiddlewaretoken"})
_signer = signing.TimestampSigner(salt=OPENED_BY)


def stamp(actor_key: str) -> str:
    """The signed name that a form carries in its hidden field `opened_by`."""
    return _signer.sign(actor_key)


def opened_by(signed: str) -> str | None:
    """The actor key under our signature; None where it is not ours or a week old."""
    try:
        return _signer.unsign(signed, max_age=FORM_LIVES_SECONDS)
    except signing.BadSignature:
        return None


def hold(request: HttpRequest) -> bool:
    """Keep what this post brought (never files, never passwords); says whether there was anything to keep.

    Only a form that we signed is kept, so that a stranger cannot fill our table of sessions.
    """
    owner = opened_by(request.POST.get(OPENED_BY, ""))
    if owner is None:
        return False
    typed = {
        name: values
        for name, values in request.POST.lists()
        if name not in _OURS and not _NEVER.search(name) and any(value.strip() for value in values)
    }
    size = sum(len(text.encode()) for name, values in typed.items() for text in (name, *values))
    if not typed or size > LONGEST:
        return False
    request.session[_PLACE] = {"path": request.path, "by": owner, "typed": typed}
    return True


def held(request: HttpRequest, path: str) -> QueryDict | None:
    """What this person was typing at `path` when the session ended.  It is handed out once, with a notice."""
    kept = request.session.get(_PLACE)
    if kept is None or kept["path"] != path:
        return None
    del request.session[_PLACE]
    if kept["by"] != getattr(request.user, "actor_key", ""):
        return None
    typed = QueryDict(mutable=True)
    for name, values in kept["typed"].items():
        typed.setlist(name, values)
    messages.info(request, _("刚才填写的内容已为您保留，请核对后提交；照片需重新选择。"))
    return typed


def forget_unless(request: HttpRequest, actor_key: str) -> None:
    """Drop at log-in what somebody else was typing."""
    kept = request.session.get(_PLACE)
    if kept is not None and kept["by"] != actor_key:
        del request.session[_PLACE]


def fill(form: forms.Form, typed: QueryDict | None) -> None:
    """Show `typed` in an unbound form, each field in the shape that its widget wants."""
    for name, field in form.fields.items() if typed else ():
        prefixed = form.add_prefix(name)
        if not field.widget.value_omitted_from_data(typed, {}, prefixed):
            form.initial[name] = field.widget.value_from_datadict(typed, {}, prefixed)
