"""Tests of the firewall's word, room by room; tests/kernel/test_firewall.py asks the kernel."""
