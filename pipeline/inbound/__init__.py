"""From the inbox to events of claims.

`receive` moves a file through the inbox without losing or doubling it, `extract` turns
each answer into what it says of which claim, `match` finds the claim.
"""
