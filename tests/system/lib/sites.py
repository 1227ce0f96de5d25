"""A repository and a working copy of it that is one revision behind: what most orders are given for."""
from dataclasses import dataclass
from typing import Any

from . import orders
from .repos import GitRepo, SvnRepo
from .templates import NAME, template


@dataclass
class Site:
    vcs: str
    box: Any
    repo: Any
    copy: Any
    old: str
    new: str
    url: str

    @property
    def path(self):
        return self.copy.path

    def target(self, **more):
        return orders.target(self.path, self.url, vcs=self.vcs, **more)

    def order(self, revision=None, local_changes="keep", **more):
        """To the new revision unless another one is named."""
        return orders.order(self.target(local_changes=local_changes), revision or self.new, **more)

    def file(self, name):
        """A file beside the working copy, for hooks to write to; its path as a shell word needs no quotes."""
        return self.box.path / name

    def unchanged(self):
        return self.copy.revision == self.old and self.copy.read() == "version 1\n"

    def switched(self):
        return self.copy.revision == self.new and self.copy.read() == "version 2\n"


def usual_site(vcs, box):
    made = template(vcs)
    repo = made.repository(box)
    return Site(vcs, box, repo, made.working_copy(box, box.path / "www" / NAME), made.old, made.new, repo.url)


def git_site(box, name=NAME, daemon=False, files=None):
    if name == NAME and not daemon and not files:
        return usual_site("git", box)
    repo = GitRepo(box, name)
    first = repo.commit({"app.txt": "version 1\n", "README": "one\n", **(files or {})})
    url = repo.daemon_url if daemon else repo.url
    copy = repo.clone(box.path / "www" / name, url=url)  # does not have the second commit: it has to be fetched
    return Site("git", box, repo, copy, first, repo.commit({"app.txt": "version 2\n"}), url)


def svn_site(box, name=NAME, daemon=False, files=None):
    if name == NAME and not daemon and not files:
        return usual_site("svn", box)
    repo = SvnRepo(box, name)
    first = repo.commit({"app.txt": "version 1\n", "README": "one\n", **(files or {})})
    second = repo.commit({"app.txt": "version 2\n"})
    url = repo.daemon_url if daemon else repo.url
    (box.path / "www").mkdir(exist_ok=True)
    return Site("svn", box, repo, repo.checkout(box.path / "www" / name, first, url=url), first, second, url)
