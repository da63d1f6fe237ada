"""python -m tests.shape: the floors from the top down, each with the floors that it uses."""

import sys

from tests.shape.house import drawing, kernel_upward, ring

sys.stdout.write(drawing() + "\n")
if found := ring():
    sys.exit("an import ring: " + " → ".join(found))
if wrong := kernel_upward():
    sys.exit("\n".join(wrong))
