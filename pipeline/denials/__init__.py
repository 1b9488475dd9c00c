"""From the codes of a rejection or denial to its likely causes and what to do.

`tables` holds the causes and what each code points to, `evidence` runs the rules again on
the claim as it was sent with the encounter as it was, `ranking` weighs both, `actions`
says what is to be done. The rules are not written a second time here.
"""
