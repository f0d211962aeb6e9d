"""Chains of aliases (CNAME, DNAME): followed to their end, and what is wrong with them."""
