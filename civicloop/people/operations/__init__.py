"""The verbs of people.  Each takes the thing first, then keyword arguments, and always who does it (`by`)."""

from civicloop.people.operations.credentials import (
    change_password,
    end_sessions,
    enrol_factor,
    pass_factor,
    reset_factor,
    reset_password,
    unlock,
)
from civicloop.people.operations.grants import appoint, end_holding, grant, withdraw
from civicloop.people.operations.persons import add_person, disable, edit_person, enable
from civicloop.people.operations.units import add_post, add_unit, edit_unit

__all__ = [
    "add_person",
    "add_post",
    "add_unit",
    "appoint",
    "change_password",
    "disable",
    "edit_person",
    "edit_unit",
    "enable",
    "end_holding",
    "end_sessions",
    "enrol_factor",
    "grant",
    "pass_factor",
    "reset_factor",
    "reset_password",
    "unlock",
    "withdraw",
]
