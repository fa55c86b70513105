"""One module for each command. They import only click and what is light: `--help` must be quick."""
