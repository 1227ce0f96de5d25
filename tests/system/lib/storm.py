"""What a bad network does to the connections through a Gate, at random: delays, pieces, refusals, losses, cuts."""
import math
import random
import time


class Fate:
    """What will become of one connection: it is cut after so many bytes or at that time, whichever comes first. One
    that goes silent takes bytes for a while before its cut, and passes none of them on: they are dropped."""

    def __init__(self, bytes_left, ends_at, silence):
        self.bytes_left, self.ends_at, self.silence = bytes_left, ends_at, silence

    def due(self):
        return self.bytes_left <= 0 or time.monotonic() >= self.ends_at

    def go_silent(self):
        """True the first time, for a connection that is to be silent before its cut."""
        if not self.silence:
            return False
        self.ends_at, self.bytes_left, self.silence = time.monotonic() + self.silence, math.inf, 0
        return True


class Storm:
    """Squalls of some seconds, in which hardly a connection lives, and fair weather between them. The seed fixes the
    choices; what they hit depends on the timing too."""

    def __init__(self, seed):
        self._random = random.Random(seed)
        self._squall, self._changes_at = False, 0.0

    def _in_squall(self):
        if time.monotonic() >= self._changes_at:
            self._squall = not self._squall
            self._changes_at = time.monotonic() + self._random.uniform(*((0.5, 2) if self._squall else (6, 25)))
        return self._squall

    def refuses(self):
        return self._random.random() < (0.2 if self._in_squall() else 0.03)

    def fate(self):
        """From the middle of the hello to the end of a long output: each order of magnitude is as likely."""
        choose, squall = self._random, self._in_squall()
        bytes_left = int(10 ** (choose.uniform(2, 4.5) if squall else choose.uniform(3.5, 7)))
        silence = choose.uniform(0.05, 1.5) if choose.random() < 0.3 else 0
        return Fate(bytes_left, time.monotonic() + choose.expovariate(1 if squall else 0.04), silence)

    def pieces(self, data):
        """The data as it goes on: (seconds to wait, bytes)."""
        choose = self._random
        delay = choose.choice((0, 0, 0.001, 0.01, choose.uniform(0, 0.1)))
        if choose.random() < 0.6:
            return [(delay, data)]
        cuts = sorted(choose.randrange(len(data) + 1) for _ in range(choose.randint(1, 4)))
        parts = [data[begin:end] for begin, end in zip([0, *cuts], [*cuts, len(data)])]
        return [(delay + choose.uniform(0, 0.01), part) for part in parts if part]
