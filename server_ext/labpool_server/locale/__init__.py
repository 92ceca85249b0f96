"""What JupyterLab reads of Labpool in other languages; one folder a language."""
