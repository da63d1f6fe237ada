"""A small thing with a state, for the laws of the kernel: it knows no domain."""

from typing import Any

from django.db import connection, models
from django.test.utils import isolate_apps

from civicloop.kernel.actors import SystemActor
from civicloop.kernel.workflow import ANEW, Move, Thing

LI_NA = SystemActor("li-na", "李娜")
WANG_LEI = SystemActor("wang-lei", "王磊")


class State(models.TextChoices):
    NEW = "new", "新建"
    LENT = "lent", "借出"
    BACK = "back", "归还"


class Size(models.IntegerChoices):
    SMALL = 1, "小"
    LARGE = 2, "大"


with isolate_apps("civicloop.kernel"):

    class Toy(Thing):
        """Kept out of Django's register, so that no migration and no other test sees it."""

        name = models.CharField(max_length=40)
        state = models.CharField(max_length=20, choices=State)
        lent_to = models.CharField(max_length=40, blank=True)
        due_at = models.DateTimeField(null=True)
        due_on = models.DateField(null=True)
        price = models.DecimalField(max_digits=8, decimal_places=2, null=True)
        tag = models.UUIDField(null=True)
        size = models.IntegerField(choices=Size, default=Size.SMALL)
        steps = models.JSONField(default=list)
        scratched = models.BooleanField(default=False)

        class Meta:
            app_label = "kernel"
            verbose_name = "玩具"
            constraints = [
                models.CheckConstraint(
                    name="a_lent_toy_is_with_someone",
                    condition=~models.Q(state=State.LENT) | ~models.Q(lent_to=""),
                    violation_error_message="借出的玩具须写明借给了谁。",
                )
            ]

        def __str__(self) -> str:
            return self.name


SHAPES: dict[str, type] = {
    "lent_to": str,
    "due_at": str,
    "due_on": str,
    "price": str,
    "tag": str,
    "size": int,
    "steps": list,
    "scratched": bool,
}


class Moves:
    make = Move("toys.make", "新建", facts=SHAPES, sources=frozenset({ANEW}), to=State.NEW)
    lend = Move(
        "toys.lend",
        "借出",
        facts=SHAPES,
        says=("note",),
        sources=frozenset({State.NEW, State.BACK}),
        to=State.LENT,
    )
    give_back = Move("toys.give_back", "归还", sources=frozenset({State.LENT}), to=State.BACK)
    scratch = Move(
        "toys.scratch",
        "记录划痕",
        facts={"scratched": bool},
        sources=frozenset({State.NEW, State.LENT}),
        to=None,
    )


def make_table() -> None:
    with connection.schema_editor() as editor:
        editor.create_model(Toy)


def drop_table() -> None:
    with connection.schema_editor() as editor:
        editor.delete_model(Toy)


def lent_to(name: str, **more: Any) -> dict[str, Any]:
    return {"lent_to": name, **more}
