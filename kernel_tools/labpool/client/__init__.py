"""Labpool from a notebook or the command line."""
