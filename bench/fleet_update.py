"""A fleet of 20 nodes on this machine: one deployment against 20 parallel `git pull -q`, through `git daemon`.

Two fleets of 20 clones stand on the same commits: one is pulled by hand, one is deployed to. Each round makes a real
commit, and measures in alternating order; the figure is the median of the rounds' ratios.
"""
import argparse
import statistics
import subprocess
import sys
import time
from pathlib import Path

from bench_lib import ENDED, Bench, Report, data_of, kind_of, spread

APP = "shop"


class Repository:
    """A bare repository behind `git daemon` and its author's clone: 300 files, 60 commits."""

    def __init__(self, bench):
        self.bench, self.work = bench, bench.path / "author"
        (bench.path / "git").mkdir()
        self.bare = bench.path / "git/shop.git"
        bench.run("git", "init", "-q", "--bare", self.bare)
        bench.run("git", "init", "-q", self.work)
        self.count = 0
        for part in range(300):
            self._write(part, "first")
        self.commit(push=False)
        for _ in range(59):
            self.commit(push=False)
        bench.run("git", "push", "-q", self.bare, "main", cwd=self.work)
        root = bench.path / "git"
        _, found = bench.start("git-daemon", sys.executable, Path(__file__).with_name("git_inetd.py"), "git", "daemon", "--inetd",
                               "--export-all", f"--base-path={root}", root, ready=r"listening on (\d+)")
        self.url = f"git://127.0.0.1:{found[1]}/shop.git"

    def _write(self, part, text):
        file = self.work / f"dir-{part % 12}/file-{part}.txt"
        file.parent.mkdir(exist_ok=True)
        file.write_text(f"{part} {text}\n" + "some line of a file\n" * 40)

    def commit(self, push=True):
        """Changes five files; the revision."""
        self.count += 1
        for part in range(5):
            self._write((self.count * 5 + part) % 300, f"change {self.count}")
        self.bench.run("git", "add", "-A", cwd=self.work)
        self.bench.run("git", "commit", "-q", "-m", f"change {self.count}", cwd=self.work)
        if push:
            self.bench.run("git", "push", "-q", self.bare, "main", cwd=self.work)
        return self.bench.run("git", "rev-parse", "HEAD", cwd=self.work)


class ByHand:
    """What a person's shell would do."""

    def __init__(self, bench, repository, count):
        self.bench = bench
        self.clones = [bench.path / f"hand/{number}" for number in range(count)]
        for clone in self.clones:
            bench.run("git", "clone", "-q", repository.url, clone)
        script = bench.path / "pull-all"
        script.write_text("".join(f"git -C '{clone}' pull -q & pids=\"$pids $!\"\n" for clone in self.clones)
                          + "for pid in $pids; do wait $pid || exit 1; done\n")
        self.script = script

    def pull(self):
        started = time.perf_counter()
        subprocess.run(["sh", self.script], check=True, env=self.bench.env, stdin=subprocess.DEVNULL)
        return time.perf_counter() - started

    def check(self, revision):
        check_revisions(self.bench, self.clones, revision)


class Fleet:
    """The same number of clones, an agent for each, one server."""

    def __init__(self, bench, repository, count):
        self.bench = bench
        self.clones = [bench.path / f"fleet/{number}" for number in range(count)]
        nodes = []
        for number, clone in enumerate(self.clones):
            bench.run("git", "clone", "-q", repository.url, clone)
            _, address = bench.start_agent(f"agent-{number}")
            nodes.append({"alias": f"node-{number}", "addr": address, "path": str(clone)})
        _, self.api = bench.start_server({"name": APP, "type": "git", "url": repository.url, "branch": "main", "node": nodes})
        self.phases, self.steps = {}, {}

    def deploy(self, name, **request):
        """Seconds from the POST until the last node's success arrives at a follower."""
        events = self.api.events()
        seen = []
        started = time.perf_counter()
        deployment = self.api.deploy(APP, **request)
        accepted = time.perf_counter()
        while True:
            when, block = events.next()
            seen.append((when, block))
            if kind_of(block) == "deployment" and data_of(block)["deployment"]["state"] in ENDED:
                break
        events.close()
        self._note_phases(name, started, accepted, seen)
        ended = self.api.deployment(deployment["id"])
        assert ended["state"] == "succeeded", ended
        for node in ended["nodes"]:
            for step in node["steps"]:
                self.steps.setdefault((name, step["name"]), []).append(step["duration_ms"])
        self.api.wait_quiet(APP, ended["revision"])
        return when - started

    def _note_phases(self, name, started, accepted, seen):
        first_step, last_step = None, None
        for when, block in seen:
            if kind_of(block) == "deployment_node" and (steps := data_of(block)["node"]["steps"]):
                first_step = first_step or when
                if steps[-1]["name"] == "switch" and data_of(block)["node"]["state"] == "running":
                    last_step = when
        phases = {"POST to 202": accepted - started, "202 to the first step seen": first_step - accepted,
                  "first step to the last step seen": last_step - first_step, "last step to the end": seen[-1][0] - last_step}
        for phase, seconds in phases.items():
            self.phases.setdefault((name, phase), []).append(seconds * 1000)

    def check(self, revision):
        check_revisions(self.bench, self.clones, revision)


def check_revisions(bench, clones, revision):
    for clone in clones:
        found = bench.run("git", "rev-parse", "HEAD", cwd=clone)
        assert found == revision, f"{clone} stands on {found}, not on {revision}"


def alternate(turn, first, second):
    """Both, in an order that changes from round to round; the results in the order of the arguments."""
    if turn % 2:
        later = second()
        return first(), later
    return first(), second()


def settle():
    """What a deployment leaves to do (git gc --auto; the server reads all working copies again, 0.7 s later) must not be
    counted for the next one."""
    time.sleep(1.3)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=8)
    parser.add_argument("--nodes", type=int, default=20)
    options = parser.parse_args()
    report = Report(f"fleet_update: {options.nodes} nodes against {options.nodes} parallel git pull -q, {options.rounds} rounds")
    with Bench() as bench:
        repository = Repository(bench)
        hand, fleet = ByHand(bench, repository, options.nodes), Fleet(bench, repository, options.nodes)
        pulls, deploys, idle_pulls, idle_exact, idle_newest = [], [], [], [], []
        for turn in range(-1, options.rounds):  # the first round warms up and is not counted
            revision = repository.commit()
            settle()
            pull, deploy = alternate(turn, hand.pull, lambda: fleet.deploy("new commit"))
            hand.check(revision)
            fleet.check(revision)
            settle()
            idle_pull, exact = alternate(turn, hand.pull, lambda: fleet.deploy("nothing to fetch", revision=revision))
            settle()
            newest = fleet.deploy("nothing to fetch, newest")
            if turn < 0:
                fleet.phases.clear()
                fleet.steps.clear()
                continue
            print(f"    round {turn + 1}: pull {pull:.2f} s, deployment {deploy:.2f} s; nothing to fetch: pull {idle_pull:.2f} s, "
                  f"deployment {exact:.2f} s, of the newest {newest:.2f} s", flush=True)
            pulls.append(pull)
            deploys.append(deploy)
            idle_pulls.append(idle_pull)
            idle_exact.append(exact)
            idle_newest.append(newest)
        ratios = lambda ours, theirs: [our / their for our, their in zip(ours, theirs)]
        in_ms = lambda values: spread([value * 1000 for value in values], " ms", 0)
        report.line("a new commit: git pull by hand", in_ms(pulls))
        report.line("a new commit: one deployment", in_ms(deploys))
        both = ratios(deploys, pulls)
        report.judge("a new commit: ratio", statistics.median(both), 1.15, spread(both, digits=2))
        report.line("nothing to fetch: git pull by hand", in_ms(idle_pulls))
        report.line("nothing to fetch: the revision they stand on", in_ms(idle_exact))
        both = ratios(idle_exact, idle_pulls)
        report.judge("nothing to fetch: ratio", statistics.median(both), 0.5, spread(both, digits=2))
        report.line("nothing to fetch: the newest is asked for", in_ms(idle_newest))
        both = ratios(idle_newest, idle_pulls)
        report.judge("nothing to fetch, newest: ratio", statistics.median(both), 0.5, spread(both, digits=2))
        for (name, phase), values in sorted(fleet.phases.items()):
            report.line(f"  {name}: {phase}", spread(values, " ms", 0))
        for (name, step), values in fleet.steps.items():
            report.line(f"  {name}: step {step} of a node", spread(values, " ms", 0))
    report.exit()


if __name__ == "__main__":
    main()
