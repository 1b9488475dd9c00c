"""What would keep a partner from being reached, looked at without sending anything."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from pipeline.delivery.credentials import secret_of
from pipeline.delivery.remote import opened
from pipeline.delivery_settings import Delivery
from pipeline.durable import DurableSteps
from pipeline.errors import OperationError

_PACKAGES = ("fsspec", "paramiko")


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong, and what to do."""

    detail: str
    next_step: str


def faults(delivery: Delivery) -> list[Fault]:
    """What can be seen from here: packages, host keys, credentials, folders of this machine."""
    found = [
        Fault(f"{folder} does not exist", "Mount it, or correct the path")
        for folder in delivery.folders
        if not folder.host and not Path(folder.folder).is_dir()
    ]
    if not delivery.needs_sftp:
        return found
    missing = [name for name in _PACKAGES if find_spec(name) is None]
    if missing:
        return [*found, Fault(f"{', '.join(missing)} not installed", "pip install 'j3399[sftp]'")]
    return [*found, *_unusable(delivery)]


def faults_online(delivery: Delivery) -> Iterator[Fault]:
    """Connect to each folder and list it."""
    for folder in delivery.folders:
        try:
            with opened(delivery, folder, DurableSteps()) as remote:
                remote.list()
        except OperationError as error:
            yield Fault(error.detail, "See that host, port, folder and credentials are right")


def _unusable(delivery: Delivery) -> Iterator[Fault]:
    from pipeline.delivery.sftp import hosts_without_key

    try:
        for name in hosts_without_key(delivery):
            yield Fault(
                f"{delivery.known_hosts} has no key of {name}", "Ask the partner for it, and add its line"
            )
    except OperationError as error:
        yield Fault(error.detail, error.next_step)
    try:
        secret_of(delivery)
    except OperationError as error:
        yield Fault(error.detail, error.next_step)
