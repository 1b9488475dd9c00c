"""The worklist: what needs somebody, computed from the ledger each time.

`items` builds it, `formats` prints it, `nightly` leaves it in the reports of a night.
"""
