"""Says, just above pytest's last lines, how long all of `make test` took."""

import os
import time
from typing import Any


def pytest_terminal_summary(terminalreporter: Any) -> None:
    if began := os.environ.get("CIVICLOOP_TEST_BEGAN"):
        terminalreporter.write_line(f"make test: {time.time() - int(began):.0f} s in all")
