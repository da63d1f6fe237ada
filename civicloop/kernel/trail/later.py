"""Jobs that belong to the transaction at hand."""

from typing import Any

from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.jobs import Job
from procrastinate.manager import JobManager


def later(task: Any, **arguments: Any) -> int:
    """Ask the worker to do `task`, if and when this transaction commits; returns the job's id.

    `task.defer` does the same in a web process only: in a worker it goes over the worker's own connection, so
    that the job may start before the transaction has committed, or though it never does.
    """
    job: Job = task.configure().job.evolve(task_kwargs=arguments)
    made = JobManager(DjangoConnector()).defer_job(job=job)
    assert made.id is not None
    return made.id
