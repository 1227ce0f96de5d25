"""What a chaos run plays on: a repository, a server, three agents behind gates, and a hook that tells what it did."""
import random
import sys
from pathlib import Path

from lib.fleet import Fleet
from lib.storm import Storm

HOOK = Path(__file__).with_name("hook.py")


class Scene:
    def __init__(self, box, seed):
        self.box, self.seed = box, seed
        self.nodes = box.path / "nodes"
        aliases = [f"api-{number}" for number in (1, 2, 3)]
        for alias in aliases:
            (self.nodes / alias / "out").mkdir(parents=True)
        # -I -S: nothing of the site's Python, and a quick start.
        hooks = {f"{name}_deploy": f"{sys.executable} -I -S {HOOK} {self.nodes} {name}" for name in ("before", "after")}
        self.fleet = Fleet(box, gates=aliases, app=hooks)
        self.aliases, self.gates = aliases, self.fleet.gates
        self.server, self.agents = self.fleet.server, self.fleet.agents
        self.revisions = [self.fleet.old, self.fleet.new]
        self._random = random.Random(f"{seed} scene")
        self.commit(), self.commit()

    def start(self):
        self.fleet.start()
        for alias, gate in self.gates.items():
            gate.storm = Storm(f"{self.seed} {alias}")
        return self

    def commit(self):
        """A new revision of a handful of files, one of them large enough for git to be at work for a moment."""
        choose, number = self._random, len(self.revisions) + 1
        files = {"app.txt": f"version {number}\n", "large.bin": choose.randbytes(choose.choice((1000, 200_000)))}
        files |= {f"part-{choose.randrange(40)}/file-{choose.randrange(5)}.txt": f"{number} {one}\n" for one in range(30)}
        self.revisions.append(self.fleet.repo.commit(files))

    def calm(self):
        for gate in self.gates.values():
            gate.calm()

    def programs(self):
        return {"server": self.server, **self.agents}

    def newest_text(self):
        return f"version {len(self.revisions)}\n"
