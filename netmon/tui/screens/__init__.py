"""Screens that cover the tabs: details, help."""
