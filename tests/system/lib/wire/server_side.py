"""Talks to a listening agent as a server does, and checks every byte of what the agent answers."""
import socket
import time
from collections import deque

from .. import identity as identities
from . import tls
from .frames import DISCONNECT, Decoder, ProtocolError, encode
from .link import Link
from .messages import Message, make_id
from .spool import Spool

WINDOW = 262_144


class Inbox:
    """What this server holds of one order's spool."""

    def __init__(self):
        self.spool = Spool()
        self.acked = 0
        self.next = None  # the offset that the next spool message must have
        self.states = []
        self.asked = deque()  # what the coming order_states answer: an offset for a follow, else None


class ServerSide(Link):
    def __init__(self, sock, instance=None, inboxes=None, name="server side"):
        super().__init__(sock, name)
        self.instance = instance or make_id()
        self.inboxes = {} if inboxes is None else inboxes
        self.answers = {}
        self.errors = []
        self.peer = None  # the agent's hello
        self.auto_ack = True

    @classmethod
    def connect(cls, address, hello=True, identity=None, plaintext=None, **more):
        """`address`: (host, port), or something that has one in .address (an Agent, a Gate). `identity`: an Identity, that
        of the tests' servers otherwise."""
        plaintext = getattr(address, "plaintext", False) if plaintext is None else plaintext
        address = getattr(address, "address", address)
        if plaintext:
            sock = socket.create_connection(address, timeout=5)
        else:
            sock = tls.connect(address, (identity or identities.of_servers()).folder)
        link = cls(sock, **more)
        link.plaintext = plaintext
        if hello:
            link.hello()
        return link

    def reconnect(self, address=None):
        """Closes this link; the same server's next link, which knows what this one has received."""
        address = address or self.sock.getpeername()
        self.close()
        return ServerSide.connect(address, plaintext=self.plaintext, instance=self.instance, inboxes=self.inboxes, name="server side, again")

    def hello(self, **members):
        self.send({"type": "hello", "protocol": 1, "version": "0.1.0-test", "role": "server", "instance": self.instance,
                   **members})
        self.peer = self.expect_message("hello")
        if self.peer["role"] != "agent" or self.peer["protocol"] != 1:
            self.fail(f"hello of an agent expected, got {self.peer}")
        for inbox in self.inboxes.values():
            inbox.next, inbox.asked = None, deque()

    def inbox(self, order):
        return self.inboxes.setdefault(order, Inbox())

    def spool(self, order):
        return self.inbox(order).spool

    # What a server sends.

    def order(self, order, within=10.0):
        """Sends an order (a dict, see lib.orders); the agent's order_state."""
        self.send({"type": "order", **order})
        return self._state(order["id"], None, within)

    def follow(self, order, offset=None, within=10.0):
        """From what has been received on, unless `offset` says otherwise."""
        offset = len(self.spool(order)) if offset is None else offset
        self.send({"type": "follow", "order": order, "offset": offset})
        return self._state(order, offset, within)

    def cancel(self, order, reason="a test wants it", within=10.0):
        self.send({"type": "cancel", "order": order, "reason": reason})
        return self._state(order, None, within)

    def proceed(self, order, within=10.0):
        self.send({"type": "proceed", "order": order})
        return self._state(order, None, within)

    def finished(self, order, name, within=30.0):
        """Waits until a step has ended."""
        self.pump(lambda: self.spool(order).step(name) and self.spool(order).step(name).state != "running", within,
                  f"the end of step {name} of {order}")

    def ack(self, order, offset=None):
        inbox = self.inbox(order)
        offset = len(inbox.spool) if offset is None else offset
        self.send({"type": "ack", "order": order, "offset": offset})
        inbox.acked = max(inbox.acked, offset)

    def query(self, kind, target, within=20.0, **members):
        """The answer, or the error, to this query; the members of `status` stand in the answer itself."""
        query = make_id()
        self.send({"type": "query", "id": query, "kind": kind, "target": target, **members})
        self.pump(lambda: query in self.answers, within, f"the answer to {kind}")
        answer = self.answers[query]
        return Message(answer["status"] | {"type": "answer"}) if "status" in answer.body else answer

    def disconnect(self, reason):
        self.send_bytes(encode(DISCONNECT, reason.encode()))

    # Waiting.

    def run(self, order, within=40.0):
        """Gives the order, follows it to its result; its spool."""
        state = self.order(order)
        if state["state"] == "rejected":
            self.fail(f"rejected: {state}")
        self.follow(order["id"])
        return self.result(order["id"], within)

    def result(self, order, within=40.0):
        self.pump(lambda: self.spool(order).result, within, f"the result of {order}")
        return self.spool(order)

    def step(self, order, name, within=30.0):
        """Waits until a step has begun."""
        self.pump(lambda: self.spool(order).step(name), within, f"step {name} of {order}")

    def output(self, order, text, within=30.0):
        """Waits until the output of an order holds `text`."""
        self.pump(lambda: text.encode() in self.spool(order).output(), within, f"output {text!r} of {order}")

    def pump(self, until, within, what="a condition"):
        deadline = time.monotonic() + within
        while not until():
            try:
                message = self.read(deadline)
            except EOFError as error:
                self.fail(f"waited for {what}: {error}\n{self._spools()}")
            if message is None:
                self.fail(f"waited {within} s for {what}\n{self._spools()}")
            self._handle(message)

    def settle(self, quiet=0.3):
        """Takes what comes until nothing has come for a while."""
        while True:
            try:
                message = self.read(time.monotonic() + quiet)
            except EOFError as error:
                self.fail(f"expected the link to stay: {error}")
            if message is None:
                return
            self._handle(message)

    def _spools(self):
        return "\n".join(f"{order}: {inbox.spool}" for order, inbox in self.inboxes.items())

    def _state(self, order, offset, within):
        inbox = self.inbox(order)
        inbox.asked.append(offset)
        count = len(inbox.states) + len(inbox.asked)
        self.pump(lambda: len(inbox.states) >= count, within, f"order_state of {order}")
        return inbox.states[count - 1]

    # What an agent sends.

    def _handle(self, message):
        handler = getattr(self, "_on_" + message.type, None)
        if handler is None:
            self.fail(f"an agent does not send {message}")
        handler(message)

    def _on_order_state(self, message):
        inbox = self.inbox(message["id"])
        inbox.states.append(message)
        if not inbox.asked:
            self.fail(f"an order_state that answers nothing: {message}")
        offset = inbox.asked.popleft()
        if offset is not None and message["state"] != "unknown":
            inbox.next = offset
            inbox.acked = max(inbox.acked, offset)

    def _on_spool(self, message):
        order, offset, raw = message["order"], message["offset"], message.raw
        inbox = self.inbox(order)
        if inbox.next is None:
            self.fail(f"spool of {order} was not asked for: {message}")
        if offset != inbox.next:
            self.fail(f"spool of {order} goes on at {offset}, expected {inbox.next}")
        if offset + len(raw) > inbox.acked + WINDOW:
            self.fail(f"spool of {order} up to {offset + len(raw)}, acknowledged is {inbox.acked}")
        self._check_whole(raw)
        inbox.next = offset + len(raw)
        self._store(inbox, offset, raw)
        if self.auto_ack:
            self.ack(order)

    def _check_whole(self, raw):
        decoder = Decoder()
        try:
            decoder.feed(raw)
        except ProtocolError as error:
            self.fail(f"spool bytes are not frames: {error}")
        if decoder.pending or not raw:
            self.fail(f"spool bytes are not whole frames: {decoder.pending} bytes of {len(raw)} left over")

    def _store(self, inbox, offset, raw):
        held = inbox.spool.data[offset:offset + len(raw)]
        if held != raw[:len(held)]:
            self.fail(f"the spool's bytes from {offset} differ from those received before")
        try:
            inbox.spool.feed(raw[len(held):])
        except ProtocolError as error:
            self.fail(f"in the spool: {error}\n{inbox.spool}")

    def _on_answer(self, message):
        self.answers[message["id"]] = message

    def _on_error(self, message):
        self.errors.append(message)
        if message.get("re"):
            self.answers[message["re"]] = message
