"""SNIP type 7: what one payer asks for beyond the guide, from its profile."""
