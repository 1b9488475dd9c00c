"""Settings of all tests."""

from __future__ import annotations

from hypothesis import settings

# A busy machine must not fail a test by being slow.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")
