"""Benchmarks beside their peers: generators, runs and results."""
