"""Where ports are under pressure: what piles up at listeners, what is not closed, what runs out."""
