"""Toys have a table only while a test of the trail runs."""

import pytest

from civicloop.kernel.tests import toys
from civicloop.kernel.trail import verify


@pytest.fixture
def toy_table(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    toys.make_table()
    monkeypatch.setattr(verify, "things", lambda: [toys.Toy])
