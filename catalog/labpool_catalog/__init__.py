"""What Labpool may offer: the data sets that ship with it, and what it may download.

`read` returns the catalog: the YAML files beside this one, then those of an admin's folders.
The package imports nothing of Labpool, so that a worker, the server and a notebook can all ask it.
"""

from .entry import Entry
from .reading import Catalog, Problem, read

__all__ = ["Catalog", "Entry", "Problem", "read"]
