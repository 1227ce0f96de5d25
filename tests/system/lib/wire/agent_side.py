"""A fake agent: listens, answers as docs/protocol.md says, and misbehaves where a test tells it to.

    fake = AgentSide(revision="a" * 40)
    fake.on["query"] = lambda session, message: False    # True: handled, else the default follows
    fake.play = lambda order: order.append(spool.result("succeeded"))
"""
import socket
import threading
import time

from .. import identity as identities
from . import tls
from .link import Link, WireFailure
from .messages import make_id
from . import spool

WINDOW = 262_144
CHUNK = 60_000


class FakeOrder:
    """An order that the fake agent was given; the test (or `play`) appends the spool's frames."""

    def __init__(self, agent, message):
        self.agent, self.message, self.id = agent, message, message["id"]
        self.instance = None
        self.data, self.cuts, self.finished, self.collected = bytearray(), [0], False, False

    def append(self, *frames):
        with self.agent.lock:
            for frame in frames:
                self.data += frame
                self.cuts.append(len(self.data))
                self.finished = self.finished or b'"type":"result"' in frame
            self.agent.flush(self)

    def succeed(self, *output):
        revision = self.message["revision"]
        self.append(*[spool.step_started("switch"), *[spool.output(data) for data in output], spool.step_finished("switch")])
        self.append(spool.result("succeeded", revision_before=self.agent.revision, revision_after=revision))
        self.agent.revision = revision

    @property
    def state(self):
        return "finished" if self.finished else "running"

    def next_piece(self, start, limit):
        """Whole frames from `start` on, up to a chunk and `limit`."""
        end = max((cut for cut in self.cuts if start < cut <= min(start + CHUNK, limit)), default=start)
        return bytes(self.data[start:end])


class Session(Link):
    """One connection of a server to the fake agent."""

    def __init__(self, sock, number):
        super().__init__(sock, f"fake agent, session {number}")
        self.number, self.instance = number, None
        self.following, self.acked = {}, {}  # order id -> offset


class AgentSide:
    def __init__(self, revision="1" * 40, commits=(), host="fake", port=0, plaintext=False, identity=None):
        self.plaintext, self.identity = plaintext, None if plaintext else identity or identities.of_agents()
        self.revision, self.commits, self.host, self.instance = revision, list(commits), host, make_id()
        self.branch, self.modified = "main", []
        self.refused = []  # why handshakes failed
        self.introduction = {}  # members of hello: the name, a token
        self.orders, self.sessions, self.received = {}, [], []  # received: (session number, Message)
        self.on, self.play, self.on_session = {}, FakeOrder.succeed, None
        self.lock, self.news = threading.RLock(), threading.Condition()
        self._listener = None
        self.listen(port)

    def listen(self, port=0):
        self._listener = socket.create_server(("127.0.0.1", port))
        self.address = self._listener.getsockname()
        threading.Thread(target=self._accept, args=(self._listener,), daemon=True).start()

    def dial(self, address, name, token=None):
        """Dials a server, as `slipway-agent --connect` does; the session, when the handshake is done."""
        self.introduction = {"name": name, **({"token": token} if token else {})}
        session = self._add(tls.connect(address, self.identity.folder))
        threading.Thread(target=self._serve, args=(session,), daemon=True).start()
        return session

    @property
    def addr(self):
        return f"127.0.0.1:{self.address[1]}"

    def stop_listening(self):
        if self._listener:
            self._listener.shutdown(socket.SHUT_RDWR)
            self._listener.close()
            self._listener = None

    def drop(self):
        """Ends every connection."""
        for session in self.sessions:
            try:
                session.sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def close(self):
        self.stop_listening()
        self.drop()

    # For tests: waiting for what the server sends.

    def wait(self, condition, within=15.0, what="a condition"):
        """Until condition() gives something true, which is returned."""
        deadline = time.monotonic() + within
        with self.news:
            while not (value := condition()):
                if not self.news.wait(min(0.05, max(0, deadline - time.monotonic()))) and time.monotonic() > deadline:
                    raise WireFailure(f"the fake agent waited {within} s for {what}; it got " +
                                      "".join(f"\n  {number}: {message}" for number, message in self.received[-40:]))
            return value

    def wait_for(self, kind, count=1, within=15.0):
        """The count-th message of this type."""
        return self.wait(lambda: (self.of(kind) + [None] * count)[count - 1], within, f"{kind} number {count}")

    def wait_order(self, within=15.0):
        self.wait(lambda: self.orders, within, "an order")
        return next(reversed(self.orders.values()))

    def of(self, kind):
        return [message for _, message in self.received if message.type == kind]

    # The sessions.

    def _accept(self, listener):
        while True:
            try:
                sock, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=self._welcome, args=(sock,), daemon=True).start()

    def _welcome(self, sock):
        try:
            secured = sock if self.plaintext else tls.accept(sock, self.identity.folder)
        except OSError as error:
            self.refused.append(str(error))
            sock.close()
            return
        self._serve(self._add(secured))

    def _add(self, sock):
        with self.lock:
            session = Session(sock, len(self.sessions) + 1)
            self.sessions.append(session)
            return session

    def _serve(self, session):
        try:
            if self.on_session and self.on_session(session):
                return
            while True:
                if (message := session.read(time.monotonic() + 60)) is not None:
                    self._handle(session, message)
        except (EOFError, OSError, WireFailure) as end:
            session.transcript.add("!!", end)
        finally:
            session.following.clear()
            session.close()
            with self.news:
                self.news.notify_all()

    def _handle(self, session, message):
        with self.lock:
            override = self.on.get(message.type)
            if not (override and override(session, message)):
                getattr(self, "on_" + message.type, lambda *_: None)(session, message)
        with self.news:
            self.received.append((session.number, message))
            self.news.notify_all()

    def on_hello(self, session, message):
        session.instance = message["instance"]
        own = [order for order in self.orders.values() if order.instance == session.instance and not order.collected]
        session.send({"type": "hello", "protocol": 1, "version": "0.1.0-fake", "role": "agent", "instance": self.instance,
                      "host": self.host, "os": "Fake 1.0", "orders": [
                          {"id": order.id, "state": order.state, "spool_length": len(order.data)} for order in own],
                      **self.introduction})

    def on_order(self, session, message):
        order = self.orders.get(message["id"])
        known = order is not None
        if not known:
            order = self.orders[message["id"]] = FakeOrder(self, message)
            order.instance = session.instance
        self._send_state(session, order)
        if not known:
            self.play(order)

    def on_follow(self, session, message):
        order = self.orders.get(message["order"])
        if order is None:
            session.send({"type": "order_state", "id": message["order"], "state": "unknown", "spool_length": 0})
            return
        session.following[order.id] = session.acked[order.id] = message["offset"]
        self._send_state(session, order)
        self.flush(order)

    def on_ack(self, session, message):
        order = self.orders[message["order"]]
        session.acked[order.id] = max(session.acked.get(order.id, 0), message["offset"])
        order.collected = order.finished and message["offset"] >= len(order.data)
        self.flush(order)

    def on_cancel(self, session, message):
        order = self.orders[message["order"]]
        self._send_state(session, order)
        if not order.finished:
            order.append(spool.result("cancelled", reason=message["reason"]))

    def on_query(self, session, message):
        session.send({"type": "answer", "id": message["id"], **getattr(self, "answer_" + message["kind"])(message)})

    def answer_status(self, _):
        return {"status": {"revision": self.revision, "branch": self.branch, "modified": self.modified,
                           "modified_total": len(self.modified), "modified_at": "2026-11-23T08:00:00.000Z"}}

    def answer_resolve(self, message):
        return {"revision": message.get("revision") or (self.commits[0]["revision"] if self.commits else self.revision)}

    def answer_log(self, message):
        revisions = [commit["revision"] for commit in self.commits]
        start = revisions.index(message["before"]) + 1 if "before" in message.body else 0
        limit = message.get("limit", 20)
        return {"commits": self.commits[start:start + limit], "more": start + limit < len(revisions)}

    def flush(self, order):
        """Sends what followers may get: whole frames, within the window."""
        for session in self.sessions:
            while order.id in session.following:
                start = session.following[order.id]
                piece = order.next_piece(start, session.acked[order.id] + WINDOW)
                if not piece:
                    break
                session.following[order.id] = start + len(piece)
                session.send({"type": "spool", "order": order.id, "offset": start}, piece)

    def _send_state(self, session, order, **more):
        session.send({"type": "order_state", "id": order.id, "state": order.state, "spool_length": len(order.data), **more})
