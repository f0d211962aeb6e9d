"""The operating system turned into snapshots; the only importers of psutil and AF_NETLINK."""
