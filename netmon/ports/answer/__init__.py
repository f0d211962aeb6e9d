"""All there is to say of one port: who holds it, who is connected, and why it cannot be bound."""
