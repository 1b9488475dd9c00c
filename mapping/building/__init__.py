"""Encounters to claims: the one way in which a claim comes to be.

`claim` puts the parts together, `parties` the people and places, `lines` the service
lines, `notes` the notes within their budget. A correction is a patched encounter with
other options through the same door.
"""
