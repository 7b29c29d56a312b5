"""The disk under a data folder, that can be filled: a small file system of its own where we may
mount one (as root), and a limit on the length of files, which anybody may set on a child.
"""

import contextlib
import os
import resource
import subprocess
from collections.abc import Iterable
from pathlib import Path

import psutil

SIZE_MB = 256
UNLIMITED = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
ROOM_BYTES = 4_096


class Disk:
    """A folder whose disk is ours to fill."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._ballast = folder / "ballast"
        self.own = False

    def mount(self) -> None:
        """A file system in memory, if this machine lets us."""
        self.folder.mkdir(parents=True, exist_ok=True)
        command = ["mount", "-t", "tmpfs", "-o", f"size={SIZE_MB}m", "liftwatch", self.folder]
        with contextlib.suppress(OSError):
            self.own = subprocess.run(command, capture_output=True, check=False).returncode == 0

    def fill(self) -> None:
        """Leave no byte of room; nothing without a file system of its own."""
        if not self.own:
            return
        with self._ballast.open("ab") as ballast:
            for size in (2**20, 2**12):
                with contextlib.suppress(OSError):
                    while True:
                        os.write(ballast.fileno(), bytes(size))

    def free(self) -> None:
        """Give the room back."""
        self._ballast.unlink(missing_ok=True)

    def unmount(self) -> None:
        """Give the file system back, with all that is in it."""
        if self.own:
            subprocess.run(["umount", self.folder], capture_output=True, check=False)
            self.own = False


def let_no_file_grow(processes: Iterable[psutil.Process]) -> None:
    """Refuse what these processes write beyond the first page of any file."""
    for one in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            one.rlimit(psutil.RLIMIT_FSIZE, (ROOM_BYTES, resource.RLIM_INFINITY))


def let_files_grow(processes: Iterable[psutil.Process]) -> None:
    """As long as they like."""
    for one in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            one.rlimit(psutil.RLIMIT_FSIZE, UNLIMITED)
