"""Which ports are held, by whom, and who can reach them."""
