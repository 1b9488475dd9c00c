"""SNIP type 6: what this kind of service asks for, one module a subject."""
