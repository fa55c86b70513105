"""The simulator: real use cases and the real state machine in a world where everything that can go wrong does.

One seed is one schedule, byte for byte. docs/explanation/simulator.md tells what is checked and how to replay.
"""
