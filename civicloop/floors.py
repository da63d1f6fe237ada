"""The house, from the ground up.  A floor imports only what stands before it in this list.

A name without a folder waits for the work that will fill it; its place in the order already stands.
tests/shape/test_floors.py hands this list to import-linter, and `make shape` draws it.
"""

FLOORS = (
    "kernel",
    "divisions",
    "people",
    "standards",
    "requests",
    "bulletins",
    "tasks",
    "cases",
    "surveys",
    "inspections",
    "practice",
    "submissions",
    "campaigns",
    "meetings",
    "observers",
    "assessments",
    "honours",
    "analytics",
    "cockpit",
    "portal",
    "notifications",
    "integrations",
    "demo",
    "config",
)

# The kernel has an order of its own: what stands later may use what stands earlier.
KERNEL = (
    "refused",
    "actors",
    "language",
    "positions",
    "search",
    "pinyin",
    "slots",
    "engine",
    "tables",
    "clock.values",
    "clock.working",
    "clock.words",
    "clock.models",
    "clock.now",
    "later",
    "trail",
    "clock",
    "workflow",
    "idempotency",
    "evidence",
    "desk",
    "web",
    "held",
)
