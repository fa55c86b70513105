"""The pure core: bytes and Arrow tables in, Arrow tables out; no clock, environment, network or files."""
