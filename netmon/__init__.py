"""netmon: who is talking to whom, who holds that port, and what does localhost mean here."""

__version__ = "0.1.0"
