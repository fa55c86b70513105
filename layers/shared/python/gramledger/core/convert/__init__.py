"""What turns other files into delimited text: one module for each kind of file."""
