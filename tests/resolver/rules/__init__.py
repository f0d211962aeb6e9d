"""The tests of netmon/resolver/rules."""
