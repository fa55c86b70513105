"""Ledgers with a mistake in them, one each: the simulator must notice every one."""
