"""The Jupyter server extension of Labpool."""
