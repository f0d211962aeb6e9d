"""Proofs that something is absent from a signed zone, by its NSEC or NSEC3 records; no clock, no I/O."""
