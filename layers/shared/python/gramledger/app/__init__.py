"""Use cases: `verb(world, request) -> result`; the world (ports.World) is the only seam to the outside."""
