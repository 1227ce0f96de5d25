"""One of our programs under test: start, wait for a line of its log, stop, kill -9, start again."""
import os
import re
import signal
import subprocess
from pathlib import Path

from . import processes
from .wait import wait_until

ROOT = Path(__file__).resolve().parents[3]
BIN = Path(os.environ.get("SLIPWAY_BIN", ROOT / "build/dev/bin")).resolve()


class Program:
    START_WITHIN = 20.0
    CHECK_LEAKS = False  # looking for leaks at the end of each runner is a third of its life

    def __init__(self, box, name):
        self.box, self.name = box, name
        self.log_file = box.path / f"{name}.log"
        self.process = None
        self.port = 0
        self._log_from = 0
        box.programs.append(self)

    def argv(self):
        raise NotImplementedError

    def spawn(self, argv, wrapper=()):
        """Starts without waiting for anything. `wrapper`: a command in front, for example unshare."""
        assert self.process is None or self.process.poll() is not None, f"{self.name} runs already"
        with open(self.log_file, "ab") as log:
            self._log_from = log.tell()
            self.process = subprocess.Popen([*wrapper, *map(str, argv)], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                            env=self._env(), cwd=self.box.path)

    def _env(self):
        leaks = f"{self.box.env['ASAN_OPTIONS']}:detect_leaks={int(self.CHECK_LEAKS)}"
        return {**self.box.env, "ASAN_OPTIONS": leaks}

    def log(self):
        """What this run has logged."""
        with open(self.log_file, "rb") as log:
            log.seek(self._log_from)
            return log.read().decode("utf-8", "replace")

    def wait_log(self, pattern, within=None):
        """The match of the pattern in this run's log; fails at once when the program ends."""
        def look():
            ended = self.process.poll() is not None
            if (match := re.search(pattern, self.log())) or not ended:
                return match
            raise AssertionError(f"{self.name} ended with {self.process.returncode} instead of logging {pattern!r}\n{self.log()}")
        return wait_until(look, within or self.START_WITHIN, lambda: f"{pattern!r} in the log of {self.name}:\n{self.log()}")

    def wait_said(self, text, within=None):
        """Until this run's log holds the text as it stands (a fingerprint may hold a `+`)."""
        self.wait_log(re.escape(text), within)

    @property
    def address(self):
        return ("127.0.0.1", self.port)

    @property
    def pid(self):
        return self.process.pid

    def running(self):
        return self.process is not None and self.process.poll() is None

    def kill(self):
        """SIGKILL, as a crash."""
        self.process.kill()
        self.process.wait(10)

    def stop(self, within=20.0):
        """SIGTERM; the exit code."""
        self.process.terminate()
        return self.process.wait(within)

    def freeze(self):
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self):
        self.process.send_signal(signal.SIGCONT)

    def restart(self):
        if self.running():
            self.stop()
        self.start()
        return self

    def end(self):
        if self.running():
            processes.kill(self.pid)
            self.process.wait(10)


def run_to_end(box, name, *args, within=20.0, user=None):
    """Runs a program that is expected to end by itself: exit code and what it printed (both streams)."""
    # Another user cannot write where the sanitizers of root's programs do.
    env = {key: value for key, value in box.env.items() if not (user and key.endswith("SAN_OPTIONS"))}
    ran = subprocess.run([str(BIN / name), *map(str, args)], env=env, cwd="/" if user else box.path, user=user, stdin=subprocess.DEVNULL,
                         stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=within)
    return ran.returncode, ran.stdout.decode("utf-8", "replace")
