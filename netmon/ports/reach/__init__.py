"""Who gets to a listening socket: by its binding, by each address, and as it was tried."""
