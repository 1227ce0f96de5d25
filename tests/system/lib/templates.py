"""What most tests begin with, a repository of two commits and a working copy at the first, is made once by each worker and
copied for each test: a dozen git commands less."""
import atexit
import shutil
import sqlite3
import tempfile
from pathlib import Path

from .box import Box
from .repos import GitCopy, GitRepo, SvnCopy, SvnRepo

NAME = "shop"
_made = {}


class Template:
    """The working copy is taken between the two commits."""

    def __init__(self, vcs):
        self.vcs = vcs
        folder = Path(tempfile.mkdtemp(prefix="slipway-template-"))
        atexit.register(shutil.rmtree, folder, True)
        self.box = Box(folder)
        self.repo = (GitRepo if vcs == "git" else SvnRepo)(self.box, NAME)
        self.old = self.repo.commit({"app.txt": "version 1\n", "README": "one\n"})
        take = self.repo.clone if vcs == "git" else self.repo.checkout
        self.copy = take(folder / "www-copy")
        self.new = self.repo.commit({"app.txt": "version 2\n"})

    def repository(self, box):
        """A copy of the repository in the box."""
        shutil.copytree(self.repo.root, box.path / self.repo.root.name, symlinks=True)
        repo = type(self.repo)(box, NAME, count=2)
        if self.vcs == "git":
            self._moved(box, repo.work)
        return repo

    def working_copy(self, box, path):
        """A copy of the working copy, at the old revision."""
        shutil.copytree(self.copy.path, path, symlinks=True)
        if self.vcs == "git":
            self._moved(box, path)
            return GitCopy(box, path)
        with sqlite3.connect(path / ".svn/wc.db") as database:
            database.execute("UPDATE repository SET root = replace(root, ?, ?)", (str(self.box.path), str(box.path)))
        database.close()
        return SvnCopy(box, path)

    def _moved(self, box, work):
        config = work / ".git/config"
        config.write_text(config.read_text().replace(str(self.box.path), str(box.path)))
        # Copied files have other inodes than the index remembers: as after a restore, not as a person's working copy.
        GitCopy(box, work).git("update-index", "-q", "--refresh")


def template(vcs):
    if vcs not in _made:
        _made[vcs] = Template(vcs)
    return _made[vcs]
