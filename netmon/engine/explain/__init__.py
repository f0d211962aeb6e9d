"""Everything known of a connection or a process, in sentences and in values with their origin."""

from netmon.engine.explain.connection import (
    Explanation,
    Fact,
    about_port,
    copy_text,
    explain,
    explain_process,
    ss_filter,
)

__all__ = ["Explanation", "Fact", "about_port", "copy_text", "explain", "explain_process", "ss_filter"]
