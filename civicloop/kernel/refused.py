"""How the domain says no."""

from django.utils.functional import Promise


class Refused(Exception):
    """A rule said no.  The message is one sentence for the person who asked, and says what to do."""

    def __init__(self, message: str | Promise) -> None:
        super().__init__(message)
        self.message = message

    def __str__(self) -> str:
        return str(self.message)


class Stale(Refused):
    """Somebody else was first: what the person saw is no longer so.  HTTP says 409."""
