"""SNIP type 4: what must be there, or must not, because of something else; one subject a module."""
