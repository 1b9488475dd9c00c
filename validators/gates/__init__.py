"""The gate: rules on the encounter record, before a claim is made.

`general` applies to every therapy; each other module or package is the clinical gate of the
products whose profile names it.
"""
