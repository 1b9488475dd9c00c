"""What a night takes from its inbox: section `[inbox]` of the configuration."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class InboxSettings(BaseModel):
    """How long a file must have been quiet, whose files need a done-file, and how much may be unpacked.

    `quiet_seconds`: a file that changed within this time may still be written, and stays. `done_files`:
    patterns of names (`tmhp_*`) of partners who put `NAME.done` beside a file once it is whole. `most_bytes`:
    of one file, and of all that is packed in one. `most_ratio`: unpacked to packed bytes.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    quiet_seconds: int = Field(default=60, ge=0)
    done_files: tuple[str, ...] = ()
    most_bytes: int = Field(default=1_000_000_000, gt=0)
    most_members: int = Field(default=1_000, gt=0)
    most_ratio: int = Field(default=200, gt=0)
