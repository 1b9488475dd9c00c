"""Remittances: 835, what a payer paid, adjusted and denied.

- `model.py` has the records; `read.py` fills them from the loops that `sorting.py` makes.
- `glance.py` does the same in one pass for claims that are surely clean.
- `scan.py` has claims over their text, for whoever needs few of them, or not all at once.
- `own.py` finds claims that may be ours among other people's, with arrays of `claim_heads.py`.
- `balance.py` has the three sums that a remittance must meet.
- `reversals.py` pairs what was taken back with its correction, inside one 835.
- `checked.py` reads claim by claim with all that is checked.
- `claim_statuses.toml` says what CLP02 does to a claim, with source and date.

It must not: judge why a claim was denied, or know which claims were sent.
"""
