"""From what an answer says to the claims it means.

`references` knows claims by control numbers of files and batches, `accounts` which of several
claims under one account number is meant, `elsewhere` whom an answer without a known account
number means, `settle` keeps the ledger in step with all three. `unsettled` tells of all events that
wait the few which are worth looking at again, `account_key` what two account numbers are compared by.

What fits no claim, or several, is never guessed: it is parked with its candidates, and looked at
again in every run. Which claim an event goes to follows from the set of all events,
never from the order in which they came.

Source: FACTS D5.
"""
