"""Setting a port free: the plan, what else will happen, and the signal to whoever is proved to hold it."""
