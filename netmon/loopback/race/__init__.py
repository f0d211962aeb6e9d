"""The race between the addresses of a name, and what falling back from one to the next costs."""
