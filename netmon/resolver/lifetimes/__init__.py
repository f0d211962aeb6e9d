"""How long answers live in the zone and in caches, and what that means."""
