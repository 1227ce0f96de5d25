"""Messages: one JSON object, and after a NUL byte raw bytes. Checked strictly: what docs/protocol.md does not name
must not be sent by our programs either, or the page is not enough to write a client from."""
import json
import re
import secrets
import time
from dataclasses import dataclass

from .frames import DATA, ProtocolError, encode

RAW_LIMIT = 65_536
DEPTH_LIMIT = 32
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"

# name of a message: its members; a name with ? may be absent.
MEMBERS = {
    "hello": {"protocol": int, "version": str, "role": str, "instance": str, "host?": str, "os?": str, "orders?": list,
              "name?": str, "token?": str, "next_key?": str},
    "pending": {"reason": str},
    "order": {"id": str, "deployment": str, "app": str, "node": str, "action": str, "revision": str, "target": dict,
              "before_deploy": list, "after_deploy": list, "hook_timeout_ms": int, "before_rollback?": list,
              "after_rollback?": list, "health_check?": dict, "hold_ms?": int, "secrets?": dict},
    "follow": {"order": str, "offset": int},
    "ack": {"order": str, "offset": int},
    "cancel": {"order": str, "reason": str},
    "proceed": {"order": str},
    "query": {"id": str, "kind": str, "target": dict, "revision?": str, "limit?": int, "before?": str},
    "order_state": {"id": str, "state": str, "spool_length": int, "reason?": str},
    "spool": {"order": str, "offset": int},
    "answer": {"id": str, "status?": dict, "revision?": str, "commits?": list, "more?": bool},
    "error": {"re?": str, "code": str, "message": str},
    "step_started": {"step": str, "time": str},
    "output": {"stream": str},
    "step_finished": {"step": str, "state": str, "exit_code?": int, "duration_ms": int, "revision?": str},
    "result": {"state": str, "step?": str, "exit_code?": int, "reason?": str, "revision_before?": str,
               "revision_after?": str, "time": str},
}
STATUS = {"revision?": str, "branch?": str, "modified": list, "modified_total": int, "modified_at?": str}
COMMIT = {"revision": str, "author": str, "time": str, "message": str}
ORDER = {"id": str, "state": str, "spool_length": int}
WITH_RAW = {"spool", "output"}
VALUES = {
    ("order_state", "state"): {"accepted", "running", "finished", "rejected", "unknown"},
    ("error", "code"): {"invalid", "not_found", "conflict", "unavailable", "timeout", "cancelled", "io", "unknown_message"},
    ("step_started", "step"): {"check", "fetch", "before_deploy", "before_rollback", "switch", "after_deploy",
                             "after_rollback", "health_check", "switch_back"},
    ("step_finished", "state"): {"succeeded", "failed", "cancelled", "interrupted"},
    ("output", "stream"): {"stdout", "stderr", "note"},
    ("result", "state"): {"succeeded", "failed", "rolled_back", "cancelled", "rejected", "interrupted"},
}


@dataclass
class Message:
    body: dict
    raw: bytes = b""
    offset: int = 0  # in a spool: where its frame begins

    @property
    def type(self):
        return self.body["type"]

    def __getitem__(self, name):
        return self.body[name]

    def get(self, name, default=None):
        return self.body.get(name, default)

    def __str__(self):
        raw = f" + {len(self.raw)} raw bytes {self.raw[:60]!r}" if self.raw else ""
        return json.dumps(self.body, ensure_ascii=False)[:2000] + raw


def pack(body, raw=None):
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
    return text if raw is None else text + b"\0" + raw


def data_frame(body, raw=None):
    return encode(DATA, pack(body, raw))


def unpack(payload):
    """The message in a payload, checked against the tables above; ProtocolError otherwise."""
    text, _, raw = payload.partition(b"\0")
    try:
        body = json.loads(text.decode("utf-8"))
    except ValueError as error:
        raise ProtocolError(f"not JSON in UTF-8: {error}: {text[:200]!r}") from error
    if not isinstance(body, dict) or not isinstance(body.get("type"), str):
        raise ProtocolError(f"not an object with a type: {text[:200]!r}")
    if len(raw) > RAW_LIMIT:
        raise ProtocolError(f"{len(raw)} raw bytes in one frame")
    if depth(body) > DEPTH_LIMIT:
        raise ProtocolError("nested too deep")
    message = Message(body, raw)
    check(message)
    return message


def check(message):
    if message.type not in MEMBERS:
        raise ProtocolError(f"docs/protocol.md knows no message {message.type!r}")
    if message.raw and message.type not in WITH_RAW:
        raise ProtocolError(f"{message.type} with raw bytes")
    check_object(message.body, message.type, {"type": str, **MEMBERS[message.type]})
    if "status" in message.body:
        check_object(message["status"], "status", STATUS)
    for kind, entries in (("order of hello", message.get("orders", [])), ("commit", message.get("commits", []))):
        for entry in entries:
            check_object(entry, kind, ORDER if kind != "commit" else COMMIT)
    if "time" in message.body and not TIME.fullmatch(message["time"]):
        raise ProtocolError(f"not a time in RFC 3339 and UTC: {message}")


def check_object(body, what, members):
    allowed = set()
    for name, kind in members.items():
        plain = name.rstrip("?")
        allowed.add(plain)
        if plain in body:
            check_value(body, what, plain, kind)
        elif plain == name:
            raise ProtocolError(f"{what} without {name}: {body}")
    if unknown := body.keys() - allowed:
        raise ProtocolError(f"{what} with undocumented {sorted(unknown)}: {body}")


def check_value(body, what, name, kind):
    value = body[name]
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise ProtocolError(f"{what}.{name} is not {kind.__name__}: {body}")
    values = VALUES.get((what, name))
    if values and value not in values:
        raise ProtocolError(f"{what}.{name} is none of {sorted(values)}: {body}")


def depth(value):
    if isinstance(value, dict):
        return 1 + max((depth(item) for item in value.values()), default=0)
    if isinstance(value, list):
        return 1 + max((depth(item) for item in value), default=0)
    return 0


def make_id():
    """26 characters: the time in front, then chance."""
    number = (int(time.time() * 1000) << 80) | secrets.randbits(80)
    return "".join(ALPHABET[(number >> shift) & 31] for shift in range(125, -1, -5))
