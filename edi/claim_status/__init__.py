"""Claim status answers: 277CA (was the claim taken in?) and 277 (where does it stand?).

Why: both are one tree of levels (who answers, who receives, which provider, which patient)
with statuses at each. One model holds both, so that matching has one shape to know.

- `model.py` has the records; `read.py` fills them.
- `outcomes.py` and `categories.csv` say what a status category does, with source and date.
- `levels.toml` names the levels and their loops.
- `counts.py` compares the totals of a 277CA with the claims in it.

It must not: decide what is to be done about a status, or know which claims were sent.
"""
