"""The ledger: what was taken in, judged, sent and answered. Only this package writes SQL.

`schema` has the tables, `store` opens the database and runs transactions, and one module
for each kind of row has the statements. A transaction is fenced by the run's epoch: a run
that was taken over can no longer write.
"""
