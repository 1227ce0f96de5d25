"""What one node says of itself, in its own files: which hooks ran, what they wrote, which orders its agent has."""
import json
from collections import Counter
from functools import cached_property

from lib.wire.spool import Spool


class Order:
    def __init__(self, folder):
        self.folder, self.id = folder, folder.name
        record = json.loads((folder / "order.json").read_text())["order"]
        self.deployment, self.node, self.action = int(record["deployment"]), record["node"], record["action"]

    @property
    def collected(self):
        return (self.folder / "collected").exists()

    @cached_property
    def spool(self):
        return Spool((self.folder / "spool").read_bytes())


class Node:
    def __init__(self, scene, alias):
        self.alias, self.folder = alias, scene.nodes / alias
        self.agent, self.copy = scene.agents[alias], scene.fleet.copies[alias]

    def orders(self):
        """The agent's. A directory that holds no order yet belongs to none: nothing was promised for it."""
        return [Order(folder) for folder in sorted((self.agent.data / "orders").iterdir()) if (folder / "order.json").exists()]

    def runs(self, hook):
        """How often the hook ran, by order."""
        file = self.folder / f"runs-{hook}"
        return Counter(file.read_text().split()) if file.exists() else Counter()

    def written(self, order, hook):
        file = self.folder / "out" / f"{order}.{hook}"
        return file.read_bytes() if file.exists() else b""

    def overlaps(self):
        file = self.folder / "overlaps"
        return file.read_text().splitlines() if file.exists() else []

    def lock_files(self):
        return sorted(str(file.relative_to(self.copy.path)) for file in self.copy.path.glob(".git/**/*.lock"))
