"""Which processes belong to a test: found by a mark in their environment or by their place, ended by pid."""
import os
import signal
from pathlib import Path

from .wait import wait_until

MARK = "SLIPWAY_TEST_BOX"


def alive(pid):
    """Runs, and is no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def kill(pid, number=signal.SIGKILL):
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        pass


def kill_group_of(pid, number=signal.SIGKILL):
    try:
        os.killpg(os.getpgid(pid), number)
    except ProcessLookupError:
        pass


def command_line(pid):
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace").split("\0")[:-1]
    except OSError:
        return []


def pids():
    return [int(name) for name in os.listdir("/proc") if name.isdigit()]


def of_box(box):
    """Every process started on behalf of a test: `box` is its folder."""
    mark, place = f"{MARK}={box}".encode(), f"{box}/"
    return [pid for pid in pids() if pid != os.getpid() and (_has_mark(pid, mark) or _stands_in(pid, place))]


def _has_mark(pid, mark):
    try:
        return mark in Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    except OSError:
        return False


def _stands_in(pid, place):
    try:
        if (os.readlink(f"/proc/{pid}/cwd") + "/").startswith(place):
            return True
    except OSError:
        return False
    line = command_line(pid)
    return "run-order" in line[1:2] and any(place in word for word in line)


def end_all(box):
    """At the end of a test: nothing it started is left."""
    def left():
        for pid in (found := [pid for pid in of_box(box) if alive(pid)]):
            kill(pid)
        return not found
    wait_until(left, 10, lambda: f"the end of {[(pid, command_line(pid)) for pid in of_box(box)]}")


def runners(data_dir):
    """The runner processes (`slipway-agent run-order …`) of one agent's data directory."""
    return [pid for pid in pids() if "run-order" in (line := command_line(pid))[1:2]
            and any(word.startswith(str(data_dir)) for word in line[2:]) and alive(pid)]


def tree(pid):
    """A process and all its descendants."""
    parents = {}
    for one in pids():
        try:
            parents[one] = int(Path(f"/proc/{one}/stat").read_text(errors="replace").rpartition(")")[2].split()[1])
        except OSError:
            pass
    found = [pid]
    for one in found:
        found += [child for child, parent in parents.items() if parent == one]
    return found
