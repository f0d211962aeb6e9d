"""Snapshots as tables, JSON and CSV."""
