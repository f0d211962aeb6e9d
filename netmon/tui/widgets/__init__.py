"""Widgets that know nothing of netmon's collectors."""
