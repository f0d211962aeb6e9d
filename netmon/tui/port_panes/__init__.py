"""The views of the ports tab, one a room."""
