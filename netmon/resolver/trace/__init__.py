"""The way to an answer from the root down the delegations, with every server on it."""
