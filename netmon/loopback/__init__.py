"""What localhost means on this machine."""
