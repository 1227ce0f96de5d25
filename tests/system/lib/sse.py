"""Server-Sent Events over a plain socket: reads with deadlines, and can be cut at any byte. Events are checked
against docs/openapi.yaml."""
import json
import socket
import time
from dataclasses import dataclass
from typing import Any

from . import openapi


@dataclass(frozen=True)
class Event:
    id: int | None
    kind: str
    data: Any


class Refused(Exception):
    """The answer was no stream: (status, parsed body)."""


class EventStream:
    """Iterate over `events(within)`; `last_id` is what a browser would send when it connects again.
    A ping is counted and not given; `after` is the header, `query` the member last_event_id of the query."""

    def __init__(self, address, path, after=None, query=None, cut_after=None, headers=None):
        self.last_id, self.ended, self.pings = query if after is None else after, False, 0
        self._left = None
        self._raw, self._text, self._chunked, self._chunk = b"", b"", False, 0
        self._sock = socket.create_connection(address, timeout=10)
        header = f"Last-Event-ID: {after}\r\n" if after is not None else ""
        header += "".join(f"{name}: {value}\r\n" for name, value in (headers or {}).items())
        tail = f"?last_event_id={query}" if query is not None else ""
        self._sock.sendall(f"GET {path}{tail} HTTP/1.1\r\nHost: {address[0]}:{address[1]}\r\n"
                           f"Accept: text/event-stream\r\n{header}\r\n".encode())
        self._read_head(path)
        self._left = cut_after  # bytes that may still be read

    def _read_head(self, path):
        deadline = time.monotonic() + 10
        while b"\r\n\r\n" not in self._raw:
            assert self._receive(deadline), f"no answer: {self._raw!r}"
        head, _, self._raw = self._raw.partition(b"\r\n\r\n")
        lines = head.decode().split("\r\n")
        self.status = int(lines[0].split()[1])
        self.headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
        self._chunked = "chunked" in self.headers.get("transfer-encoding", "").lower()
        if self.status != 200:
            length = int(self.headers.get("content-length", 0))
            while len(self._raw) < length and self._receive(deadline):
                pass
            body = json.loads(self._raw[:length])
            openapi.check_response("GET", path, self.status, self.headers.get("content-type", ""), body)
            self.close()
            raise Refused(self.status, body)
        assert self.headers["content-type"].startswith("text/event-stream"), self.headers
        assert "no-store" in self.headers.get("cache-control", "") or "no-cache" in self.headers.get("cache-control", ""), self.headers
        self._unchunk()

    def _receive(self, deadline):
        """False at the end of the connection, at the cut, or at the deadline."""
        left = deadline - time.monotonic()
        if left <= 0 or self._left == 0:
            return False
        self._sock.settimeout(left)
        try:
            data = self._sock.recv(min(65_536, self._left or 65_536))
        except TimeoutError:
            return False
        except OSError:
            data = b""
        if not data:
            self.ended = True
            return False
        if self._left is not None:
            self._left -= len(data)
        self._raw += data
        return True

    def _unchunk(self):
        if not self._chunked:
            self._text, self._raw = self._text + self._raw, b""
            return
        while self._raw and not self.ended:
            if self._chunk == 0 and not self._next_chunk():
                return
            taken = self._raw[:self._chunk]  # a part of a chunk counts too, as for a browser
            self._text, self._raw = self._text + taken, self._raw[len(taken):]
            self._chunk -= len(taken)

    def _next_chunk(self):
        """Reads the line before a chunk; False when it is not whole yet, or at the last one."""
        size, found, rest = self._raw.removeprefix(b"\r\n").partition(b"\r\n")
        if not found:
            return False
        self._chunk, self._raw = int(size.split(b";")[0], 16), rest
        self.ended = self._chunk == 0
        return not self.ended

    def next(self, within=15.0):
        """The next event; None at the end of the stream, at the cut or at the deadline."""
        deadline = time.monotonic() + within
        while True:
            while b"\n\n" in self._text:
                block, _, self._text = self._text.partition(b"\n\n")
                if event := self._parse(block.decode("utf-8")):
                    return event
            if self.ended or not self._receive(deadline):
                return None
            self._unchunk()

    def _parse(self, block):
        fields = {}
        for line in block.split("\n"):
            name, _, value = line.partition(":")
            if name:
                fields.setdefault(name, []).append(value.removeprefix(" "))
        if "data" not in fields:
            return None
        number = int(fields["id"][-1]) if "id" in fields else None
        event = Event(number, fields.get("event", ["message"])[-1], json.loads("\n".join(fields["data"])))
        openapi.check_event(event.kind, event.data)
        assert (number is None) == (event.kind in openapi.WITHOUT_ID), f"with or without an id: {event}"
        if event.kind == "ping":
            self.pings += 1
            return None
        if number is not None:
            assert not isinstance(self.last_id, int) or number > self.last_id, f"event {number} after {self.last_id}"
            self.last_id = number
        return event

    def until(self, condition, within=20.0):
        """The events up to the first that meets the condition; AssertionError when it does not come."""
        deadline, events = time.monotonic() + within, []
        while event := self.next(deadline - time.monotonic()):
            events.append(event)
            if condition(event):
                return events
        raise AssertionError(f"waited {within} s; came: " + "".join(f"\n  {event}"[:400] for event in events[-30:]))

    def all(self, within=40.0):
        """Every event until the stream ends or is cut."""
        deadline, events = time.monotonic() + within, []
        while event := self.next(deadline - time.monotonic()):
            events.append(event)
        return events

    def close(self):
        self._sock.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
