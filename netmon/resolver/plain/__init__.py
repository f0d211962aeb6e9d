"""Plain DNS to an address: UDP, and TCP where that is cut short."""
