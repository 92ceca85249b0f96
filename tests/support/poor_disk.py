"""A folder whose disk can less: the C library says so to every process that is started with it.

File systems without links or locks (exFAT, SMB, some NFS and Lustre) can seldom be mounted where
tests run. A library of a few lines, which the loader puts before the C library, answers for the
folder as the kernel does there: EPERM to a symbolic link, ENOLCK to ``flock``.
"""

from __future__ import annotations

import functools
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

_SOURCE = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int under(const char *path, const char *name) {
    const char *folder = getenv(name);
    return folder && path && !strncmp(path, folder, strlen(folder));
}
int symlink(const char *target, const char *path) {
    if (under(path, "POOR_DISK_LINKS")) { errno = EPERM; return -1; }
    return ((int (*)(const char *, const char *))dlsym(RTLD_NEXT, "symlink"))(target, path);
}
int flock(int fd, int how) {
    char name[64], path[4096];
    snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
    ssize_t size = readlink(name, path, sizeof path - 1);
    path[size > 0 ? size : 0] = 0;
    if (under(path, "POOR_DISK_LOCKS")) { errno = ENOLCK; return -1; }
    return ((int (*)(int, int))dlsym(RTLD_NEXT, "flock"))(fd, how);
}
"""


@functools.cache
def _library() -> Path:
    compiler = shutil.which("cc")
    if compiler is None:
        pytest.skip("there is no C compiler here")
    folder = Path(tempfile.mkdtemp(prefix="labpool-poor-disk-"))
    (folder / "poor.c").write_text(_SOURCE)
    library = folder / "poor.so"
    build = [compiler, "-shared", "-fPIC", "-o", str(library), str(folder / "poor.c"), "-ldl"]
    subprocess.run(build, check=True)
    return library


def poor_disk(folder: Path, *, links: bool = True, locks: bool = True) -> dict[str, str]:
    """Return the variables of a process for which a folder's disk can less.

    Args:
        folder: With all that is in it.
        links: Whether it has symbolic links.
        locks: Whether it has file locks.
    """
    named = {"POOR_DISK_LINKS": links, "POOR_DISK_LOCKS": locks}
    lacks = {name: str(folder.resolve()) for name, has in named.items() if not has}
    return {"LD_PRELOAD": str(_library()), **lacks}
