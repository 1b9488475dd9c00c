"""The account number of a claim (CLM01), as far as payers give it back.

Source: FACTS D5.
"""

from __future__ import annotations

from pipeline.inbound.extract import Reference

ACCOUNT = "account"
_WIDTH = 20
"""So many characters of CLM01 a payer gives back at least."""


def account_key(account: str) -> str:
    """As much of an account number as payers give back."""
    return account[:_WIDTH].strip()


def account_of(reference: str) -> str:
    """The same of the reference of an event."""
    return account_key(Reference.from_text(reference).value)


def is_of_account(reference: str) -> bool:
    """Whether an event names its claim by an account number."""
    return Reference.from_text(reference).kind == ACCOUNT
