"""How this machine resolves names: its resolvers, their scopes, search lists, and what programs get."""
