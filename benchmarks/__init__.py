"""Measurements of what has to be quick, each against its target: `make bench`."""
