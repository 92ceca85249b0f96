"""Where attempts run: worker processes of our own, threads, or somebody else's cluster."""
