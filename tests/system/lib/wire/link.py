"""One connection: frames out, messages in, every wait with a deadline, and a transcript for the failure report."""
import socket
import time

from .frames import DATA, DISCONNECT, HEARTBEAT, Decoder, ProtocolError, encode
from .messages import Message, pack, unpack

TRANSCRIPTS = []  # of all links of the running test; conftest.py shows and clears them


class WireFailure(AssertionError):
    """A wait that ended otherwise than the test needs; its text holds the transcript."""


class Transcript:
    def __init__(self, name):
        self.name, self.lines, self.began = name, [], time.monotonic()
        TRANSCRIPTS.append(self)

    def add(self, mark, what):
        self.lines.append(f"{time.monotonic() - self.began:8.3f} {mark} {str(what)[:600]}")

    def tail(self, count=60):
        left_out = len(self.lines) - count
        head = [f"         … {left_out} lines before"] if left_out > 0 else []
        return "\n".join([f"transcript of {self.name}:"] + head + self.lines[-count:])


class Link:
    """Reads and checks what the other side sends. Not thread-safe; sending and reading may be in two threads."""

    HEARTBEAT_AFTER = 12.0  # seconds without sending, during a wait

    def __init__(self, sock, name="link"):
        self.sock = sock
        self.transcript = Transcript(name)
        self.heartbeats_received = 0
        self.disconnect_reason = None
        self.auto_heartbeat = True
        self.last_sent = time.monotonic()
        self._decoder = Decoder()
        self._frames = []

    def fail(self, what):
        self.transcript.add("!!", what)
        raise WireFailure(f"{what}\n{self.transcript.tail()}")

    def send(self, body, raw=None):
        self.transcript.add("->", Message(body, raw or b""))
        self.send_bytes(encode(DATA, pack(body, raw)), quiet=True)

    def heartbeat(self):
        self.send_bytes(encode(HEARTBEAT))

    def send_bytes(self, data, quiet=False):
        if not quiet:
            self.transcript.add("->", f"{len(data)} bytes {data[:48]!r}")
        self.sock.settimeout(20)
        try:
            self.sock.sendall(data)
        except OSError as error:
            self.fail(f"could not send: {error}")
        self.last_sent = time.monotonic()

    def read(self, deadline):
        """The next message; None at the deadline; EOFError when the other side closed."""
        while True:
            while self._frames:
                if (message := self._take(self._frames.pop(0))) is not None:
                    return message
            left = deadline - time.monotonic()
            if left <= 0:
                return None
            if self.auto_heartbeat and time.monotonic() - self.last_sent > self.HEARTBEAT_AFTER:
                self.heartbeat()
            self._receive(min(left, 1.0))

    def _receive(self, seconds):
        self.sock.settimeout(seconds)
        try:
            data = self.sock.recv(262_144)
        except TimeoutError:
            return
        except OSError as error:
            self.transcript.add("<-", f"error: {error}")
            raise EOFError(str(error)) from error
        if not data:
            self.transcript.add("<-", "closed")
            raise EOFError("closed")
        try:
            self._frames += self._decoder.feed(data)
        except ProtocolError as error:
            self.fail(str(error))

    def _take(self, frame):
        if frame.type == HEARTBEAT:
            self.transcript.add("<-", "heartbeat")
            self.heartbeats_received += 1
            return None
        if frame.type == DISCONNECT:
            self.disconnect_reason = frame.payload.decode("utf-8")
            self.transcript.add("<-", f"disconnect: {self.disconnect_reason}")
            return None
        try:
            message = unpack(frame.payload)
        except ProtocolError as error:
            self.fail(str(error))
        self.transcript.add("<-", message)
        return message

    def expect_message(self, kind, within=10.0):
        """The next message, which must be of this type."""
        try:
            message = self.read(time.monotonic() + within)
        except EOFError as error:
            self.fail(f"waited for {kind}: {error}")
        if message is None or message.type != kind:
            self.fail(f"waited {within} s for {kind}, got {message}")
        return message

    def expect_closed(self, within):
        """The other side closes, and says nothing before; how long it took."""
        began = time.monotonic()
        try:
            message = self.read(began + within)
        except EOFError:
            return time.monotonic() - began
        self.fail(f"should have been closed within {within} s" + (f", but came {message}" if message else ""))

    def expect_open(self, seconds=0.1):
        """Nothing comes, and the link stays."""
        try:
            message = self.read(time.monotonic() + seconds)
        except EOFError:
            self.fail("was closed")
        if message is not None:
            self.fail(f"expected silence, got {message}")

    def close(self):
        self.sock.close()

    def reset(self):
        """Ends the connection as a crashed host's network does: with RST, what was not read is lost."""
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        self.sock.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
