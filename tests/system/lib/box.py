"""A test's own folder, environment and programs; closes with nothing left running."""
import os
import re
from pathlib import Path

from . import processes

FOUND = re.compile(r"ERROR: \w*Sanitizer|WARNING: \w*Sanitizer|runtime error")
GIT_CONFIG = """\
[user]
  name = A Tester
  email = tester@example.org
[init]
  defaultBranch = main
[advice]
  detachedHead = false
[gc]
  auto = 0
[protocol "file"]
  allow = always
"""


class Box:
    def __init__(self, path):
        self.path = Path(path)
        self.programs = []
        self.closers = []  # called at the end, the last first
        home = self.path / "home"
        home.mkdir()
        (home / ".gitconfig").write_text(GIT_CONFIG)
        sanitizer = f"log_path={self.path}/sanitizer"
        given = os.environ.get
        self.env = {
            "HOME": str(home), "PATH": os.environ["PATH"], "LANG": "C.UTF-8", "TMPDIR": str(self.path),
            processes.MARK: str(self.path), "GIT_CONFIG_NOSYSTEM": "1",
            "ASAN_OPTIONS": f"{given('ASAN_OPTIONS', 'detect_leaks=1')}:{sanitizer}",
            "UBSAN_OPTIONS": f"{given('UBSAN_OPTIONS', 'print_stacktrace=1')}:{sanitizer}",
            "TSAN_OPTIONS": f"{given('TSAN_OPTIONS', 'second_deadlock_stack=1')}:{sanitizer}",
        }

    def on_close(self, call):
        self.closers.append(call)

    def close(self):
        """Ends everything; AssertionError for what is only seen now (reports of the sanitizers)."""
        problems = []
        for program in self.programs:
            program.end()
        for closer in reversed(self.closers):
            closer()
        processes.end_all(self.path)
        for report in sorted(self.path.glob("sanitizer.*")):
            text = report.read_text(errors="replace")
            if FOUND.search(text):  # else only a word about a thread that was killed while leaks were looked for
                problems.append(f"{report}:\n{text[:6000]}")
        assert not problems, "\n".join(problems)

    def logs(self, lines=60):
        """The tails of all logs, for the failure report."""
        parts = []
        for file in sorted(self.path.glob("*.log")):
            tail = file.read_text(errors="replace").splitlines()[-lines:]
            parts.append(f"--- {file}\n" + "\n".join(tail))
        return "\n".join(parts)
