"""Tests of the transports, each against a real server."""
