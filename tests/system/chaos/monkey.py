"""Kills server, agents and runners at random moments, and starts servers and agents again soon after."""
import os
import random
import signal
import threading
import time
import traceback

from lib import processes


class Monkey(threading.Thread):
    """Nobody else may start or stop the programs between start() and calm()."""

    def __init__(self, scene, report, seed, pause=0.9):
        super().__init__(daemon=True)
        self.scene, self.report, self.pause = scene, report, pause
        self._random = random.Random(f"{seed} monkey")
        self._calm = threading.Event()
        self._down = {}  # name of a program -> when it is to be started
        self._programs = scene.programs()

    def calm(self):
        """No more kills; all programs run when this returns."""
        self._calm.set()
        self.join()
        for name in list(self._down):
            self._start(name)

    def run(self):
        try:
            self._attack()
        except Exception:  # else the run would go on without its monkey, and prove nothing
            self.report.violation(f"the monkey died: {traceback.format_exc()}")

    def _attack(self):
        attacks = [self.kill_server, self.kill_agent, self.kill_runner, self.kill_agent_and_runner, self.kill_all]
        while not self._wait(self._random.expovariate(1 / self.pause)):
            self._random.choices(attacks, weights=(4, 3, 5, 1, 1))[0]()

    def kill_server(self):
        self._kill("server")

    def kill_agent(self):
        self._kill(self._random.choice(self.scene.aliases))

    def kill_runner(self):
        self._kill_runner_of(self._random.choice(self.scene.aliases))

    def kill_agent_and_runner(self):
        """As when the host goes down: what the runner had started has nobody who stops it."""
        alias = self._random.choice(self.scene.aliases)
        if self._kill_runner_of(alias):
            self._kill(alias)

    def kill_all(self):
        for name in self._random.sample(list(self._programs), len(self._programs)):
            self._kill(name)

    def _kill(self, name):
        if name in self._down:
            return
        self._programs[name].kill()
        self.report.count("kills of the server" if name == "server" else "kills of agents")
        # The most are back before anybody has noticed; some are away for a while.
        self._down[name] = time.monotonic() + self._random.choice((0, 0.1, 0.3, self._random.uniform(0.3, 3)))

    def _kill_runner_of(self, alias):
        """Waits for an order to be at work, and then for a random moment of it."""
        data, deadline = self.scene.agents[alias].data, time.monotonic() + 2
        while not processes.runners(data) and time.monotonic() < deadline:
            if self._wait(0.03):
                return False
        self._wait(self._random.choice((0, self._random.uniform(0, 0.1), self._random.uniform(0, 0.6))))
        return any([self._kill_surely(pid, data) for pid in processes.runners(data)])

    def _kill_surely(self, pid, data):
        """Not a stranger that was given the pid a moment ago."""
        try:
            handle = os.pidfd_open(pid)
        except ProcessLookupError:
            return False
        try:
            if pid not in processes.runners(data):
                return False
            signal.pidfd_send_signal(handle, signal.SIGKILL)
            self.report.count("kills of runners")
            return True
        except ProcessLookupError:
            return False
        finally:
            os.close(handle)

    def _wait(self, seconds):
        """Starts what is due meanwhile; True when it is over."""
        end = time.monotonic() + seconds
        while True:
            self._look_after_programs()
            now = time.monotonic()
            if now >= end:
                return self._calm.is_set()
            if self._calm.wait(max(0, min([end, *self._down.values()]) - now)):
                return True

    def _look_after_programs(self):
        for name in [name for name, due in self._down.items() if due <= time.monotonic()]:
            self._start(name)
        for name, program in self._programs.items():
            if name not in self._down and not program.running():
                self.report.violation(f"{name} ended by itself with {program.process.returncode}: {program.log()[-3000:]}")
                self._down[name] = time.monotonic()

    def _start(self, name):
        for left in reversed(range(20)):
            try:
                self._programs[name].start()
                break
            except AssertionError as error:
                # A connection may have been given the port while nobody listened.
                if not left or "cannot listen" not in str(error):
                    self.report.violation(f"{name} cannot be started again: {error}")
                    break
                time.sleep(0.25)
        self._down.pop(name, None)
