"""Keys for tests. One of a server and one of an agent are made once for a run of the tests, by the programs themselves, and
copied to where they are needed; who needs a stranger makes one."""
import functools
import shutil
import subprocess
import tempfile
from pathlib import Path

from .program import BIN


class Identity:
    def __init__(self, folder, fingerprint):
        self.folder, self.fingerprint = Path(folder), fingerprint

    def copy_to(self, data):
        """Into a data directory that has none yet."""
        target = Path(data) / "identity"
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copytree(self.folder, target)  # with the modes


def make(data):
    """A new key in the data directory of an agent; a server's is no different."""
    printed = subprocess.run([BIN / "slipway-agent", "fingerprint", "--data", data], capture_output=True, check=True, text=True)
    return Identity(Path(data) / "identity", printed.stdout.strip())


@functools.cache
def _shared():
    folder = tempfile.TemporaryDirectory(prefix="slipway-identity-")
    return folder, make(Path(folder.name) / "server"), make(Path(folder.name) / "agent")


def of_servers():
    return _shared()[1]


def of_agents():
    return _shared()[2]
