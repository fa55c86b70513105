"""What several suites share: claim tables, worlds and generated files."""
