"""The ports in memory: for tests and simulations. Every stored value is kept as bytes or frozen records, so that
nothing is shared with the caller by accident."""
