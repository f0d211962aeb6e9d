"""Tests of netmon.loopback.order."""
