"""Long work from JupyterLab, on a pool of workers."""
