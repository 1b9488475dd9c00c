"""Files of X12 as tables: typed, exact, joinable.

`read_tables` gives Arrow tables, `read_frames` pandas frames, `TableWriter` writes them while a
file is read. `columns` says which tables there are and what their columns hold.

Clean claims of remittances become columns without being objects in between (`claim_columns`, on `cut_text`); the
rows of all else come one by one (`rows`).
"""
