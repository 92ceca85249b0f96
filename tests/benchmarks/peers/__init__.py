"""The same work by other means: each is a program that runs in an environment of its own."""
