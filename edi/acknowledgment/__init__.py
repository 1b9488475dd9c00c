"""Acknowledgments: whether a file was taken in at all (TA1, 999, 997).

Why: before a payer judges a claim, its gateway judges the envelope and the syntax. What is
refused here never became a claim.

- `interchange.py` reads TA1: the interchange was accepted or refused.
- `implementation.py` reads 999 and its elder 997: each transaction set and each fault in it.
- `resolution.py` finds what a fault is about in the transaction set that was sent, where that is given.
- `verdicts.toml` says what the codes TA104, IK501 and AK901 mean for us, with source and date.

It must not: know which claims were sent. A 999 names a position in the file that was sent;
finding the claim at that position is the business of whoever kept that file.
"""
