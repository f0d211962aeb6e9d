"""Time and change: polling, direction, rates, what is new and what is gone."""
