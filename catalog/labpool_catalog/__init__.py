"""The models and data sets that Labpool may fetch."""
