"""After the infusion: when the child comes back, for which tests, and when an agreement wants it measured.

`visits` computes them from one encounter and its profiles, `schedule` over a ledger, `icalendar_file`
writes them as a calendar. Nothing here knows whether a visit took place.
"""
