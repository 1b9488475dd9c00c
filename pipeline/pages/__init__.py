"""Pages for people: the claim as the UB-04 form, the report of the night. Self-contained HTML."""
