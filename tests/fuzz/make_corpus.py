#!/usr/bin/env python3
"""Writes the seeds of the wire's fuzz targets: one message of every kind, and what is nearly one."""

import json
import struct
from pathlib import Path

CORPUS = Path(__file__).parent / "corpus"
ORDER = "01jd9x3kq5m8w2r7t4v6y9b0ce"
TIME = "2026-11-23T08:00:00.000Z"
TARGET = {"vcs": "git", "url": "https://host/shop", "branch": "main", "path": "/srv/shop", "local_changes": "keep",
          "releases": {"shared": ["uploads"], "keep_releases": 5, "keep_bytes": 0, "keep_failed": True}}
HEALTH = {"http": "http://127.0.0.1:8080/healthz", "expect": 200, "tcp": "127.0.0.1:3306", "command": "true",
          "interval_ms": 1000, "timeout_ms": 30000, "healthy": 3}
STATUS = {"revision": "r1", "branch": "main", "modified": ["ä"], "modified_total": 1, "modified_at": TIME}
COMMIT = {"revision": "r1", "author": "Ada", "time": TIME, "message": "one"}


def message(kind: str, raw: bytes | None = None, /, **members: object) -> bytes:
    text = json.dumps({"type": kind, **members}, ensure_ascii=False, separators=(",", ":")).encode()
    return text if raw is None else text + b"\0" + raw


def frame(payload: bytes, kind: int = 2) -> bytes:
    return struct.pack(">IIB", 0x12346641, len(payload), kind) + payload


STARTED = message("step_started", step="check", time=TIME)
OUTPUT = message("output", b"working\n\0\xff", stream="stdout")
FINISHED = message("step_finished", step="check", state="succeeded", exit_code=0, duration_ms=12, revision="r1")
RESULT = message("result", state="succeeded", step="switch", exit_code=0, reason="because", revision_before="r1",
                 revision_after="r2", time=TIME)

MESSAGES = {
    "hello": message("hello", protocol=1, version="0.1.0", role="agent", instance=ORDER, host="web1", os="Debian",
                     orders=[{"id": ORDER, "state": "running", "spool_length": 7}]),
    "hello_short": message("hello", protocol=1, version="0.1.0", role="server", instance=ORDER),
    "error": message("error", re="q1", code="not_found", message="there is no such thing"),
    "order": message("order", id=ORDER, deployment="7", app="shop", node="web1", action="rollback", revision="r1",
                     target=TARGET, before_deploy=["true"], after_deploy=["false", ""], hook_timeout_ms=600000,
                     before_rollback=[], after_rollback=["true"], health_check=HEALTH, hold_ms=60000, secrets={"DB_PASSWORD": "hunter2"}),
    "follow": message("follow", order=ORDER, offset=0),
    "ack": message("ack", order=ORDER, offset=18446744073709551615),
    "cancel": message("cancel", order=ORDER, reason="cancelled by ada"),
    "proceed": message("proceed", order=ORDER),
    "query": message("query", id="q1", kind="log", target=TARGET, revision="v1", limit=20, before="r0"),
    "order_state": message("order_state", id=ORDER, state="rejected", spool_length=0, reason="no"),
    "spool": message("spool", frame(STARTED), order=ORDER, offset=4096),
    "answer": message("answer", id="q1", revision="r1", commits=[COMMIT], more=True, status=STATUS),
    "step_started": STARTED,
    "output": OUTPUT,
    "step_finished": FINISHED,
    "result": RESULT,
    "unknown": message("teleport", id="t1", to=[[1.5, None], {"deep": {"er": []}}]),
    "null_member": b'{"type":"result","state":"failed","step":null,"time":""}',
    "twice": b'{"type":"ack","type":"follow","order":"a","offset":1,"offset":2}',
    "escapes": b'{"type":"cancel","order":"\\u0000\\ud83d\\ude00","reason":"\\n"}',
    "lone_surrogate": b'{"type":"cancel","order":"\\ud83d","reason":""}',
    "not_utf8": b'{"type":"cancel","order":"\xff","reason":""}',
    "too_deep": b'{"type":"x","y":' + b"[" * 40 + b"]" * 40 + b"}",
    "out_of_range": b'{"type":"ack","order":"a","offset":-1}',
    "fraction": b'{"type":"ack","order":"a","offset":1.5}',
    "no_type": b"{}",
    "nothing_but_nul": b"\0",
}

# The first byte chooses where the stream is cut.
FRAMES = {
    "heartbeat": b"\x01" + frame(b"", 1),
    "disconnect": b"\x02" + frame(b"upgrade", 3),
    "many": b"\x03" + frame(STARTED) + frame(b"", 1) + frame(OUTPUT) + frame(RESULT),
    "empty_payloads": b"\x04" + frame(b"") * 5,
    "half_header": b"\x05" + frame(STARTED) + b"\x12\x34\x66",
    "half_payload": b"\x06" + frame(RESULT)[:-3],
    "wrong_magic": b"\x07" + frame(STARTED) + b"GET / HTTP/1.1\r\n\r\n",
    "unknown_type": b"\x08" + frame(b"x", 4),
    "too_large": b"\x09" + struct.pack(">IIB", 0x12346641, (16 << 20) + 1, 2),
    "four_gigabytes": b"\x0a" + struct.pack(">IIB", 0x12346641, 0xFFFFFFFF, 2),
}

SPOOLS = {
    "whole": b"".join(map(frame, [STARTED, OUTPUT, FINISHED, RESULT])),
    "cut": frame(STARTED) + frame(OUTPUT)[:-2],
    "only_result": frame(RESULT),
    "two_steps": b"".join(map(frame, [STARTED, FINISHED, message("step_started", step="switch", time=TIME),
                                      message("step_finished", step="switch", state="failed", duration_ms=1)])),
    "end_without_beginning": frame(FINISHED),
    "step_that_is_none": frame(message("step_started", step="rm", time=TIME)),
    "after_the_result": frame(RESULT) + frame(OUTPUT),
    "foreign_message": frame(STARTED) + frame(MESSAGES["ack"]),
    "later_version": frame(MESSAGES["unknown"]) + frame(RESULT),
    "long_reason": frame(message("result", state="failed", reason="ä" * 5000, time=TIME)),
}


def main() -> None:
    for target, seeds in {"message": MESSAGES, "frame": FRAMES, "spool": SPOOLS}.items():
        directory = CORPUS / target
        directory.mkdir(parents=True, exist_ok=True)
        for name, content in seeds.items():
            (directory / name).write_bytes(content)


if __name__ == "__main__":
    main()
