"""No process of ours outlives whoever started it."""

import os
import subprocess
import sys
from pathlib import Path

import psutil  # type: ignore[import-untyped]
import pytest

from civicloop.config.processes import PARENT

CHILD = (
    "import time\nfrom civicloop.config.processes import watch_parent\n"
    "watch_parent()\nprint('watching', flush=True)\ntime.sleep(60)\n"
)
# The parent starts the child, tells its number and is killed.
BETWEEN = f"""
import os, subprocess, sys, time
env = dict(os.environ, {PARENT}=str(os.getpid()) if sys.argv[1] == "ours" else "")
child = subprocess.Popen([sys.executable, "-c", sys.argv[2]], env=env, stdout=subprocess.PIPE, text=True)
child.stdout.readline()
print(child.pid, flush=True)
time.sleep(60)
"""


@pytest.mark.parametrize(("whose", "ends"), [("ours", True), ("nobody's", False)])
def test_a_child_ends_with_its_killed_parent_and_others_stay(whose: str, ends: bool) -> None:
    root = Path(__file__).resolve().parents[3]
    with subprocess.Popen(
        [sys.executable, "-c", BETWEEN, whose, CHILD], stdout=subprocess.PIPE, text=True, cwd=root,
        env={**os.environ, "PYTHONPATH": str(root)},
    ) as parent:  # fmt: skip
        assert parent.stdout is not None
        child = psutil.Process(int(parent.stdout.readline()))
        parent.kill()
    _, alive = psutil.wait_procs([child], timeout=5 if ends else 1)
    assert bool(alive) is not ends
    for one in alive:
        one.kill()
