"""The commands, a module each: what one asks, and how it ends."""
