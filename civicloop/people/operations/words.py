"""What the operations of people share: typed texts, and constraints that speak for themselves."""

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _

from civicloop.kernel.refused import Refused


def needed_reason(text: str) -> str:
    """A reason without blanks around it; refused when there is none."""
    if not (text := text.strip()):
        raise Refused(_("请写明原因，这会记入留痕。"))
    return text


def checked(row: models.Model) -> None:
    """Refuse in the row's own words what the database would refuse."""
    try:
        row.full_clean()
    except ValidationError as broken:
        raise Refused(" ".join(broken.messages)) from broken
