"""File formats: one module each, with how its columns become claims and what identifies a row."""
