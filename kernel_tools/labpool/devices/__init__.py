"""The GPUs of a machine: which are there, which a process may use, and who has one.

Nothing here imports torch or makes a CUDA context: a process that only looks takes none of a GPU.
"""

HEARTBEAT = "labpool_gpus"
"""Name under which a Dask worker's heartbeat tells of its GPUs."""
