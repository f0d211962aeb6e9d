"""A whole zone from one of its servers, where that allows it (AXFR, RFC 5936; over TLS, RFC 9103)."""
