"""The filter language of the `/` box and of the command line."""

from netmon.engine.filter.parser import Filter, FilterError, parse_filter

__all__ = ["Filter", "FilterError", "parse_filter"]
