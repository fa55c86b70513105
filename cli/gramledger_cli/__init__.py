"""The command line `gramledger`: speaks HTTP to a running Gramledger and nothing else."""

__version__ = "0.1.0"
