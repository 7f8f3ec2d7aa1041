"""Random cases for the comparison with the official Cedar engine: see ../README.md."""
