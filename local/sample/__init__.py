"""The sample export of `./run demo`, and the program that writes it."""
