"""The night as an Airflow DAG: what is safe to repeat is repeated, an alarm never is. See docs/operations.md."""

from __future__ import annotations

import subprocess

import pendulum
from airflow.decorators import dag, task
from airflow.exceptions import AirflowException, AirflowFailException

DONE = (0, 1)  # 1: done, with something for the worklist
AGAIN = (
    3,
    4,
    75,
    128 + 2,
    128 + 15,
)  # input or output, lock held, partner not reachable, stopped by a signal


@dag(
    schedule="30 22 * * *",
    start_date=pendulum.datetime(2026, 1, 1, tz="America/Chicago"),
    catchup=False,
    max_active_runs=1,
)
def j3399_nightly() -> None:
    @task(retries=6, retry_delay=pendulum.duration(minutes=10))
    def night() -> int:
        command = ["j3399", "nightly", "--config", "/srv/j3399/j3399.toml"]
        code = subprocess.run(command, cwd="/srv/j3399", check=False).returncode
        code = 128 - code if code < 0 else code
        if code in DONE:
            return code
        if code in AGAIN:
            raise AirflowException(f"j3399 ended with {code}; it is run again")
        raise AirflowFailException(f"j3399 ended with {code}; a person must look")

    night()


j3399_nightly()
