"""One chaos run from its beginning to its end; as a program: see script/chaos."""
import argparse
import random
import shutil
import signal
import sys
import tempfile
import threading
import time
from pathlib import Path

from lib.box import Box

from .checks import Checks
from .driver import Driver
from .monkey import Monkey
from .report import Report
from .scene import Scene


def chaos(box, seed, seconds, say=lambda text: None):
    """The report of a run of so many seconds of chaos, and the checks after it."""
    report = Report(box, seed)
    scene = Scene(box, seed).start()
    driver, monkey, done = Driver(scene, report, seed), Monkey(scene, report, seed), threading.Event()
    say(f"seed {seed}: a server and {len(scene.aliases)} agents run; {seconds:.0f} s of chaos begin")
    monkey.start()
    threading.Thread(target=_tell, args=(driver, scene, report, done, say), daemon=True).start()
    try:
        driver.run(time.monotonic() + seconds)
    finally:
        done.set()
        monkey.calm()
        scene.calm()
    say("calm; checking")
    Checks(scene, driver, report).all()
    _count_gates(scene, report)
    return report


def _tell(driver, scene, report, done, say):
    began = time.monotonic()
    while not done.wait(10):
        kills = ", ".join(f"{count} {name}" for name, count in sorted(report.figures.items()) if name.startswith("kills"))
        cuts = sum(gate.counted["cut"] for gate in scene.gates.values())
        say(f"{time.monotonic() - began:6.0f} s: {driver.made} deployments, {kills}, {cuts} cuts, "
            f"{len(report.violations)} violations")


def _count_gates(scene, report):
    for gate in scene.gates.values():
        report.count("connections", gate.connections)
        report.count("bytes through the gates", sum(gate.passed.values()))
        for name in ("cut", "silenced", "refused", "dropped"):
            report.count("bytes dropped" if name == "dropped" else f"connections {name}", gate.counted[name])


def main():
    parser = argparse.ArgumentParser(prog="script/chaos", description="Deployments under kill -9 and a bad network.")
    parser.add_argument("--minutes", type=float, default=5.0, metavar="N", help="how long (5)")
    parser.add_argument("--seed", type=int, help="repeats the choices of a run; a new one is made up and printed")
    wanted = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # nothing is left running then either
    seed = random.randrange(10**6) if wanted.seed is None else wanted.seed
    folder = Path(tempfile.mkdtemp(prefix="slipway-chaos-"))
    box = Box(folder)
    try:
        report = chaos(box, seed, wanted.minutes * 60, lambda text: print(text, flush=True))
    finally:
        box.close()
    print(f"{wanted.minutes:g} minutes of chaos with seed {seed}:\n{report.summary()}")
    if report.violations:
        print(report.text())
        print(f"everything is left in {folder}")
        return 1
    shutil.rmtree(folder, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
