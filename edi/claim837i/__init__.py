"""The 837 institutional claim (005010X223A2) as records, read and written.

`model` holds the records in the guide's words, `loops` says in which loop a segment
stands, `read` turns a transaction into claims, `write` turns claims into segments.
read(write(claim)) == claim. Nothing here knows a drug or a payer.
"""

VERSION = "005010X223A2"
"""ST03 and GS08 of the adopted guide (FACTS A1)."""
