"""Figures over the ledger: denials, days to the payment, money at risk, first-pass acceptance.

`bills` gathers what happened to each bill, `measures` counts it with pandas. What each figure counts,
numerator and denominator, is in docs/figures.md.
"""
