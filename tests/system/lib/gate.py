"""A TCP forwarder between server and agent that can cut, delay and stall, or do all of that at random; it keeps its port."""
import selectors
import socket
import threading
import time
from collections import Counter, deque

CHUNK = 65_536


class Pipe:
    """One direction of one connection."""

    def __init__(self, source, sink, line):
        self.source, self.sink, self.line = source, sink, line
        self.waiting = deque()  # (when due, bytes)
        self.ended = False


class Line:
    """One connection; its fate (see storm.py) may be None."""

    def __init__(self, client, agent, fate):
        self.up, self.down, self.fate = Pipe(client, agent, self), Pipe(agent, client, self), fate
        self.silent = False


class Gate:
    """Gate(agent).addr stands in server.json in the agent's place. Towards the agent: "up"; from it: "down"."""

    def __init__(self, target):
        self.target = getattr(target, "address", target)
        self.plaintext = getattr(target, "plaintext", False)
        self.delay = 0.0  # seconds, both ways
        self.stalled = False  # connections stay, nothing passes
        self.refusing = False  # new connections are closed at once
        self.storm = None  # a Storm, or calm
        self.passed = {"up": 0, "down": 0}
        self.record, self.recorded = False, {"up": bytearray(), "down": bytearray()}
        self.counted = Counter()  # what the storm did: refused, cut, silenced, dropped (bytes)
        self.connections = 0
        self._cut_down_at = None
        self._lines, self._lock, self._stop = [], threading.RLock(), False
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.setblocking(False)
        self.address = self._listener.getsockname()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    @property
    def addr(self):
        return f"127.0.0.1:{self.address[1]}"

    def cut(self):
        """Ends all connections now and refuses new ones until open()."""
        with self._lock:
            self.refusing = True
            self._drop_all()

    def cut_after(self, count):
        """Cuts when `count` more bytes have come from the agent, exactly there; connections made after it pass."""
        with self._lock:
            self._cut_down_at = self.passed["down"] + count

    def stall(self):
        self.stalled = True

    def open(self):
        self.refusing = self.stalled = False
        self.delay = 0.0

    def calm(self):
        """The storm is over, also for the connections that are there; a silent one has lost bytes and is cut."""
        with self._lock:
            self.storm = None
            for line in list(self._lines):
                line.fate = None
                if line.silent:
                    self._drop(line)

    def close(self):
        self._stop = True
        self._thread.join(5)
        with self._lock:
            self._drop_all()
        self._listener.close()

    def _run(self):
        while not self._stop:
            with selectors.DefaultSelector() as selector:
                # What is registered must still be open: cut() closes connections from other threads.
                with self._lock:
                    selector.register(self._listener, selectors.EVENT_READ)
                    for pipe in (pipe for line in self._lines for pipe in (line.up, line.down)):
                        if not self.stalled and not pipe.ended and len(pipe.waiting) < 16:
                            selector.register(pipe.source, selectors.EVENT_READ, pipe)
                ready = [key for key, _ in selector.select(0.01)]
            with self._lock:
                for key in ready:
                    self._accept() if key.data is None else self._read(key.data)
                for line in list(self._lines):
                    self._meet_fate(line)
                    self._write(line.up)
                    self._write(line.down)

    def _accept(self):
        client, _ = self._listener.accept()
        self.connections += 1
        refused = self.storm is not None and self.storm.refuses()
        self.counted["refused"] += refused
        if self.refusing or refused:
            client.close()
            return
        try:
            agent = socket.create_connection(self.target, timeout=2)
        except OSError:
            client.close()
            return
        for one in (client, agent):
            one.setblocking(True)
            one.settimeout(5)
            one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._lines.append(Line(client, agent, self.storm and self.storm.fate()))

    def _read(self, pipe):
        if pipe.line not in self._lines:
            return
        try:
            data = pipe.source.recv(CHUNK)
        except OSError:
            data = b""
        if not data:
            pipe.ended = True
        elif pipe.line.silent:
            self.counted["dropped"] += len(data)
        else:
            now = time.monotonic()
            pieces = self.storm.pieces(data) if self.storm else [(self.delay, data)]
            pipe.waiting += [(now + delay, piece) for delay, piece in pieces]

    def _meet_fate(self, line):
        if line.fate is None or not line.fate.due():
            return
        # What waits is lost either way.
        self.counted["dropped"] += sum(len(data) for pipe in (line.up, line.down) for _, data in pipe.waiting)
        if line.fate.go_silent():
            line.silent = True
            line.up.waiting.clear()
            line.down.waiting.clear()
            self.counted["silenced"] += 1
        else:
            self.counted["cut"] += 1
            self._drop(line)

    def _write(self, pipe):
        while pipe.line in self._lines and pipe.waiting and not self.stalled and pipe.waiting[0][0] <= time.monotonic():
            fate = pipe.line.fate
            if fate and len(pipe.waiting[0][1]) > fate.bytes_left:
                self._pass(pipe, pipe.waiting[0][1][:fate.bytes_left])
                fate.bytes_left = 0  # the rest is lost
                return
            self._pass(pipe, pipe.waiting.popleft()[1])
        if pipe.line in self._lines and pipe.ended and not pipe.waiting:
            self._drop(pipe.line)

    def _pass(self, pipe, data):
        down = pipe is pipe.line.down
        direction = "down" if down else "up"
        cut = down and self._cut_down_at is not None and self.passed["down"] + len(data) >= self._cut_down_at
        if cut:
            data = data[:self._cut_down_at - self.passed["down"]]
            self._cut_down_at = None
        self.passed[direction] += len(data)
        if self.record:
            self.recorded[direction] += data
        if pipe.line.fate:
            pipe.line.fate.bytes_left -= len(data)
        try:
            pipe.sink.sendall(data)
        except OSError:
            cut = True
        if cut:
            self._drop(pipe.line)

    def _drop(self, line):
        for pipe in (line.up, line.down):
            pipe.source.close()
        self._lines.remove(line)

    def _drop_all(self):
        while self._lines:
            self._drop(self._lines[0])
