"""What agent and server hold in memory: idle, and while 1 GiB of hook output passes through them.

The output is made by `yes TEXT | head -c`; what the output endpoint gives back is compared by SHA-256 with the
generator's own.
"""
import argparse
import hashlib
import http.client
import subprocess
import threading
import time
from pathlib import Path

from bench_lib import Bench, Events, Report, memory_of
from latency import make_copy

APP = "shop"
LINE = "a line of output as a build writes it, again and again, until it is done"


class Peak(threading.Thread):
    """Samples the memory of some processes, and remembers the most that each held, and that the agent's runner held.

    VmHWM would do, but it also holds what a process needed at its start.
    """

    def __init__(self, idle, agent):
        super().__init__(daemon=True)
        self.before, self.agent, self.runner = idle, agent, 0
        self.most = {pid: memory_of(pid) for pid in idle}
        self.done = threading.Event()
        self.start()

    def run(self):
        while not self.done.wait(0.02):
            for pid, most in self.most.items():
                now = memory_of(pid)
                self.most[pid] = {name: max(most[name], now[name]) for name in now}
            for child in children_of(self.agent):
                self.runner = max(self.runner, resident(child))

    def stop(self):
        """Growth in MiB by process since it was idle: (of VmRSS as sampled, of VmHWM)."""
        self.done.set()
        self.join()
        return {pid: ((self.most[pid]["VmRSS"] - before["VmRSS"]) / 1024,
                      (memory_of(pid)["VmHWM"] - before["VmRSS"]) / 1024) for pid, before in self.before.items()}


def children_of(pid):
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def resident(pid):
    """VmRSS in KiB of the runner; 0 for other children, and for one that has just ended."""
    try:
        is_runner = b"run-order" in Path(f"/proc/{pid}/cmdline").read_bytes()
        return memory_of(pid)["VmRSS"] if is_runner else 0
    except (OSError, TypeError):
        return 0


class SlowFollower(threading.Thread):
    """Reads the deployment's events at a trickle: 64 KiB each tenth of a second."""

    def __init__(self, api, number):
        super().__init__(daemon=True)
        self.events, self.read, self.done = Events(api, f"/api/v1/deployments/{number}/events"), 0, False
        self.start()

    def run(self):
        while not self.done:
            got = self.events.socket.recv(65_536)
            self.read += len(got)
            if not got:
                return
            time.sleep(0.1)

    def stop(self):
        self.done = True
        self.join(5)
        self.events.close()


def generator(size):
    return f"yes '{LINE}' | head -c {size}"


def sha256_of_generator(size):
    with subprocess.Popen(["sh", "-c", generator(size)], stdout=subprocess.PIPE) as made:
        return digest(made.stdout)


def sha256_of_output(api, number):
    """Of the bytes that the output endpoint gives, read piece by piece, and how many they are."""
    connection = http.client.HTTPConnection(*api.address, timeout=300)
    connection.request("GET", f"/api/v1/deployments/{number}/nodes/node/output", headers=api.credentials)
    answer = connection.getresponse()
    assert answer.status == 200, answer.status
    return digest(answer)


def digest(stream):
    hashed, length = hashlib.sha256(), 0
    while data := stream.read(1 << 20):
        hashed.update(data)
        length += len(data)
    return hashed.hexdigest(), length


def pass_through(report, title, api, processes, idle, revision, size, slow):
    """One deployment with all that output; what it cost and whether it is complete."""
    peak = Peak(idle, processes["agent"].pid)
    started = time.perf_counter()
    number = api.deploy(APP, revision=revision)["id"]
    follower = SlowFollower(api, number) if slow else None
    while (deployment := api.deployment(number))["state"] == "running":
        time.sleep(0.05)
    took = time.perf_counter() - started
    node = deployment["nodes"][0]
    assert node["state"] == "succeeded", node
    started = time.perf_counter()
    found = sha256_of_output(api, number)
    read = time.perf_counter() - started
    growth = peak.stop()
    report.line(f"{title}: the most that the runner held in MiB", f"{peak.runner / 1024:.1f}")
    note = len(f"already at {revision}\n")
    report.line(f"{title}: hook to database", f"{size / took / 1e6:.0f} MB/s ({took:.1f} s)")
    report.line(f"{title}: output endpoint to client", f"{size / read / 1e6:.0f} MB/s ({read:.1f} s)")
    if follower:
        report.line(f"{title}: what the slow follower had read by then", f"{follower.read / 1e6:.1f} MB")
        follower.stop()
    for name, process in processes.items():
        sampled, high = growth[process.pid]
        report.judge(f"{title}: growth of the {name} in MiB", sampled, 32, f"{sampled:.1f} (VmHWM: {high:.1f})")
    return number, node, found, note


def check_complete(report, title, api, number, node, found, note, expected, size):
    """The node's output is the note about the revision and then the hook's."""
    assert found[1] == node["output_bytes"] == size + note, (found, node["output_bytes"], size, note)
    connection = http.client.HTTPConnection(*api.address, timeout=300)
    connection.request("GET", f"/api/v1/deployments/{number}/nodes/node/output", headers={**api.credentials, "Range": f"bytes={note}-"})
    answer = connection.getresponse()
    assert answer.status == 206, answer.status
    same = digest(answer) == expected
    report.judge(f"{title}: bytes that differ (SHA-256)", 0 if same else 1, 0, "none" if same else "some")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mib", type=int, default=1024)
    options = parser.parse_args()
    size = options.mib << 20
    report = Report(f"memory: idle, and with {options.mib} MiB of hook output")
    with Bench() as bench:
        origin, copy, revision = make_copy(bench)
        agent, address = bench.start_agent("agent")
        node = {"alias": "node", "addr": address, "path": str(copy), "before_deploy": generator(size)}
        server, api = bench.start_server({"name": APP, "type": "git", "url": f"file://{origin}", "branch": "main", "node": [node]})
        time.sleep(5)
        idle = memory_of(agent.pid)
        report.judge("idle agent, 5 s after it was connected: VmRSS in MiB", idle["VmRSS"] / 1024, 6,
                     f"{idle['VmRSS'] / 1024:.1f} (RssAnon {idle['RssAnon'] / 1024:.1f}, RssFile {idle['RssFile'] / 1024:.1f})")
        at_server = memory_of(server.pid)
        report.line("idle server: VmRSS in MiB", f"{at_server['VmRSS'] / 1024:.1f} (RssAnon {at_server['RssAnon'] / 1024:.1f})")
        expected = sha256_of_generator(size)
        processes = {"agent": agent, "server": server}
        at_rest = {process.pid: memory_of(process.pid) for process in processes.values()}
        for title, slow in (("nobody follows", False), ("a slow follower", True)):
            number, node, found, note = pass_through(report, title, api, processes, at_rest, revision, size, slow)
            check_complete(report, title, api, number, node, found, note, expected, size)
    report.exit()


if __name__ == "__main__":
    main()
