"""SNIP type 5: codes and ids from outside lists, one subject a module."""
