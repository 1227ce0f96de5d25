"""A path with the layout "releases"."""
import os

from . import orders
from .wait import wait_until


class Www:
    """A path with releases, of the repository of a site."""

    def __init__(self, site, path=None, **settings):
        self.site, self.path = site, path or site.box.path / "www" / "releases-of-shop"
        self.settings = settings
        self.seen = self.path  # as this process sees it

    def target(self, **more):
        return orders.target(self.path, self.site.url, vcs=self.site.vcs, releases=orders.releases(**self.settings), **more)

    def order(self, revision=None, local_changes="keep", **more):
        return orders.order(self.target(local_changes=local_changes), revision or self.site.new, **more)

    @property
    def name(self):
        return os.path.basename(os.readlink(self.seen / "current"))

    def names(self):
        return sorted(entry.name for entry in (self.seen / "releases").iterdir())

    def read(self, name="app.txt"):
        return (self.seen / "current" / name).read_text()

    def wait_names(self, names):
        """Old releases go after the result."""
        wait_until(lambda: self.names() == sorted(names), 15, lambda: f"the releases {names}, there are {self.names()}")


def succeed(side, one):
    got = side.run(one)
    assert got.result["state"] == "succeeded", got
    return got
