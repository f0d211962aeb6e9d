"""One exchange with one server over each transport: bytes out, bytes in, bounded in time and size."""
