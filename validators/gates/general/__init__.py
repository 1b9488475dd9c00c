"""Gate rules for every therapy, by subject."""
