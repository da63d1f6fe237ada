"""What the worker does for cases."""

from procrastinate.contrib.django import app

from civicloop.cases import loads


@app.task(name="cases.run_load")
def run_load(id: int) -> None:
    """Bring in one confirmed table."""
    loads.run(id)


@app.periodic(cron="*/5 * * * *")
@app.task(name="cases.look_after_loads", pass_context=False)
def look_after_loads(timestamp: int) -> None:
    """Go on with what a dead worker left, and forget old sheets."""
    loads.look_after()
