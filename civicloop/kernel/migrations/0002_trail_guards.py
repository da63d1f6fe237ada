from django.db import migrations

from civicloop.kernel.trail import sql


class Migration(migrations.Migration):
    """The database's own guards over the trail; see kernel/trail/sql.py."""

    dependencies = [("kernel", "0001_initial")]

    operations = [migrations.RunSQL(sql.FORWARDS, sql.BACKWARDS)]
