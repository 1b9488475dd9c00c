"""From encounter files to released claims.

`take_in` puts records into the ledger, `judge` runs the gate and builds claims, `release`
stages, re-reads, commits and publishes a file, `recovery` finishes what a stopped run
left. The order of writes is the one in the operator's page, and it is tested by kills.
"""
