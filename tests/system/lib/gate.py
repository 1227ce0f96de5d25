"""A TCP forwarder between server and agent that can cut, delay and stall; it keeps its port."""
import selectors
import socket
import threading
import time
from collections import deque

CHUNK = 65_536


class Pipe:
    """One direction of one connection."""

    def __init__(self, source, sink):
        self.source, self.sink = source, sink
        self.waiting = deque()  # (when due, bytes)
        self.ended = False


class Gate:
    """Gate(agent).addr stands in server.json in the agent's place. Towards the agent: "up"; from it: "down"."""

    def __init__(self, target):
        self.target = getattr(target, "address", target)
        self.delay = 0.0  # seconds, both ways
        self.stalled = False  # connections stay, nothing passes
        self.refusing = False  # new connections are closed at once
        self.passed = {"up": 0, "down": 0}
        self.connections = 0
        self._cut_down_at = None
        self._pipes, self._lock, self._stop = [], threading.RLock(), False
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

    def close(self):
        self._stop = True
        self._thread.join(5)
        with self._lock:
            self._drop_all()
        self._listener.close()

    def _run(self):
        while not self._stop:
            with self._lock:
                pipes = list(self._pipes)
            with selectors.DefaultSelector() as selector:
                selector.register(self._listener, selectors.EVENT_READ)
                for pipe in pipes:
                    if not self.stalled and not pipe.ended and len(pipe.waiting) < 16:
                        selector.register(pipe.source, selectors.EVENT_READ, pipe)
                ready = [key for key, _ in selector.select(0.01)]
            with self._lock:
                for key in ready:
                    self._accept() if key.data is None else self._read(key.data)
                for pipe in list(self._pipes):
                    self._write(pipe)

    def _accept(self):
        client, _ = self._listener.accept()
        self.connections += 1
        if self.refusing:
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
        self._pipes += [Pipe(client, agent), Pipe(agent, client)]

    def _read(self, pipe):
        if pipe not in self._pipes:
            return
        try:
            data = pipe.source.recv(CHUNK)
        except OSError:
            data = b""
        if data:
            pipe.waiting.append((time.monotonic() + self.delay, data))
        else:
            pipe.ended = True

    def _write(self, pipe):
        while pipe in self._pipes and pipe.waiting and not self.stalled and pipe.waiting[0][0] <= time.monotonic():
            self._pass(pipe, pipe.waiting.popleft()[1])
        if pipe in self._pipes and pipe.ended and not pipe.waiting:
            self._drop(pipe)

    def _pass(self, pipe, data):
        down = self._is_down(pipe)
        direction = "down" if down else "up"
        cut = down and self._cut_down_at is not None and self.passed["down"] + len(data) >= self._cut_down_at
        if cut:
            data = data[:self._cut_down_at - self.passed["down"]]
            self._cut_down_at = None
        self.passed[direction] += len(data)
        try:
            pipe.sink.sendall(data)
        except OSError:
            cut = True
        if cut:
            self._drop(pipe)

    def _is_down(self, pipe):
        return self._pipes.index(pipe) % 2 == 1

    def _drop(self, pipe):
        first = self._pipes.index(pipe) // 2 * 2
        for one in self._pipes[first:first + 2]:
            one.source.close()
        del self._pipes[first:first + 2]

    def _drop_all(self):
        while self._pipes:
            self._drop(self._pipes[0])
