"""The views of the DNS tab, one a room."""
