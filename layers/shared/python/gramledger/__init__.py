"""Gramledger: an exact ledger of AI usage and energy readings, with energy and carbon for every entry."""

__version__ = "0.1.0"
