"""From what an answer says to the claims it means.

`references` knows claims by control numbers of files and batches, `accounts` which of several
claims under one account number is meant, `elsewhere` whom an answer without a known account
number means, `settle` keeps the ledger in step with all three.

What fits no claim, or several, is never guessed: it is parked with its candidates, and looked at
again whenever more is known. Which claim an event goes to follows from the set of all events,
never from the order in which they came.

Source: FACTS D5.
"""
