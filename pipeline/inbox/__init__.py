"""What comes in as files of others: which of them are ready, and what is packed in them.

It must not read an answer, and must not trust a name or a size that others wrote.
"""
