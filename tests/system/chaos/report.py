"""The violations of a run, and its figures."""
import threading
from collections import Counter

SHOWN = 15  # violations that are told in full; one that leaves a node in disorder is followed by many


class Report:
    def __init__(self, box, seed):
        self.box, self.seed = box, seed
        self.figures = Counter()
        self.violations = []
        self._lock = threading.Lock()

    def violation(self, what, deployment=None, node=None, order=None):
        place = "".join(f", {name} {value}" for name, value in
                        (("deployment", deployment), ("node", node), ("order", order)) if value is not None)
        told = self._told(deployment, node, order) if len(self.violations) < SHOWN else ""
        with self._lock:
            self.violations.append(f"seed {self.seed}{place}: {what}{told}")

    def _told(self, deployment, node, order):
        """What server and agent logged about it, in short."""
        words = [word for word in (order, deployment and f"deployment {deployment}") if word]
        told = ""
        for name in ("server", f"agent-{node}") if node else ("server",):
            log = self.box.path / f"{name}.log"
            lines = log.read_text(errors="replace").splitlines() if log.exists() else []
            # "deployment 1" is not "deployment 12".
            named = [line for line in lines if any(f"{word}{end}" in line for word in words for end in ": \t")]
            told += "".join(f"\n    {name}.log: {line}" for line in named[-12:])
        return told

    def count(self, what, by=1):
        with self._lock:
            self.figures[what] += by

    def summary(self):
        figures = "\n".join(f"  {name:<36} {count:>12,}" for name, count in sorted(self.figures.items()))
        return f"{figures}\n  {'violations':<36} {len(self.violations):>12,}"

    def text(self):
        """Everything about a run that failed: the first in full, and all in short."""
        full = "\n".join(self.violations[:SHOWN])
        short = "\n".join(f"  {one.partition(chr(10))[0][:250]}" for one in self.violations[SHOWN:])
        return f"{len(self.violations)} violations with seed {self.seed}:\n{full}\n{short}\n\n{self.box.logs(40)}"
