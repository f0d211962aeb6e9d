"""Values only: no clock, no input or output, the standard library alone."""
