"""A data directory on a disk of 1 MiB, seen by one program alone: a mount namespace of its own, gone with its processes."""
import os
import subprocess

import pytest


def wrapper(data_dir, size="1m"):
    """The command in front of a program that gives it the small disk; skips where the system forbids it."""
    flags = "-m" if os.getuid() == 0 else "-rm"
    data_dir.mkdir(parents=True, exist_ok=True)
    mount = f'mount -t tmpfs -o size={size} tmpfs "{data_dir}" && exec "$@"'
    command = ["unshare", flags, "sh", "-c", mount, "sh"]
    tried = subprocess.run([*command, "true"], stdin=subprocess.DEVNULL, capture_output=True)
    if tried.returncode:
        pytest.skip(f"no mount namespaces here: {tried.stderr.decode(errors='replace').strip()}")
    return command


def seen_by(program, path):
    """A path as the program sees it."""
    return type(path)(f"/proc/{program.pid}/root{path}")
