from typing import Any

from django.db import migrations

from civicloop.kernel.clock.seed import seed


def seed_calendar(apps: Any, schema_editor: Any) -> None:
    seed(apps.get_model("kernel", "CalendarEdition"), apps.get_model("kernel", "CalendarDay"))


class Migration(migrations.Migration):
    """The holidays that are known on the day of installation."""

    dependencies = [("kernel", "0002_trail_guards")]

    operations = [migrations.RunPython(seed_calendar, migrations.RunPython.noop)]
