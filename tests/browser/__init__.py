"""JupyterLab with Labpool in a real Chromium."""
