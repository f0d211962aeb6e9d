"""Whether a zone is sound: the rules of the DNS, on a zone file or on what servers say of a name."""
