"""In which order a name's addresses are tried here, by whom, and which rule decides (RFC 6724)."""
