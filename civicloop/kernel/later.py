"""Jobs that belong to the transaction at hand."""

from typing import Any

from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.manager import JobManager


def later(task: str, *, queue: str = "default", **arguments: Any) -> int:
    """Ask the worker to do the task of this name, if and when this transaction commits; returns the job's id.

    By name, so that what asks need not import what does.  `task.defer` would do the same in a web process only:
    in a worker it goes over the worker's own connection, so that the job may start before the transaction has
    committed, or though it never does.
    """
    job = app.configure_task(task, allow_unknown=True, queue=queue).job.evolve(task_kwargs=arguments)
    made = JobManager(DjangoConnector()).defer_job(job=job)
    assert made.id is not None
    return made.id
