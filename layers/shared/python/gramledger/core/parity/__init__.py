"""Parity: whether the ledger says the same as its provider, per UTC day and dimension, and why where it does not."""
