"""The hook of every order in a chaos run, and what it is known to do: its output and its end follow from the order's id.

As a program: `hook.py FOLDER before|after`, started by a runner in the working copy. FOLDER/NODE/ is the node's:

    runs-HOOK     one line per run: the order
    overlaps      orders whose hook met another one at work on the node
    out/ORDER.HOOK  what was written so far: each piece goes here first, then to the runner
"""
import fcntl
import hashlib
import os
import sys
import time

FAILS = 3  # the exit code
TEXT = "the quick brown fox jumps over the lazy dog; 敏捷的棕色狐狸".encode()


def _dice(order, hook):
    return hashlib.sha256(f"{order} {hook}".encode()).digest()


def first_line(order, hook):
    return f"<<{order} {hook}>>\n".encode()


def pieces(order, hook):
    """What it writes: (file descriptor, bytes), in this order. A line or two at times, half a megabyte at others."""
    dice = _dice(order, hook)
    lines = dice[1] % 3 if dice[0] < 190 else 40 + 2 * dice[1] if dice[0] < 240 else 1000 + 16 * dice[1]
    together = 1 + dice[2] % 200
    written = [(1, first_line(order, hook))]
    for begin in range(0, lines, together):
        numbers = range(begin, min(lines, begin + together))
        text = b"".join(b"%s %d %s\xff\n" % (order.encode(), number, TEXT) for number in numbers)
        written.append((1 + (begin // together + dice[3]) % 2, text))
    return written + [(1, f"<<end of {order} {hook}>>\n".encode())]


def output(order, hook):
    return b"".join(data for _, data in pieces(order, hook))


def exit_code(order, hook):
    return FAILS if hook == "after" and _dice(order, hook)[4] < 12 else 0


def _pause(order, hook):
    """Seconds in all: most are short, so that there are many orders; some wait to be killed."""
    dice = _dice(order, hook)
    return dice[5] / 255 * (0.1 if dice[6] < 160 else 0.6)


def _write(fd, data):
    while data:
        data = data[os.write(fd, data):]


def _append(path, line):
    fd = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    _write(fd, line.encode() + b"\n")
    return fd


def main(folder, hook):
    order, node = os.environ["SLIPWAY_ORDER"], os.path.join(folder, os.environ["SLIPWAY_NODE"])
    _append(f"{node}/runs-{hook}", order)
    busy = os.open(f"{node}/busy", os.O_RDWR | os.O_CREAT)
    try:
        fcntl.flock(busy, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        _append(f"{node}/overlaps", f"{order} {hook}")
    copy = os.open(f"{node}/out/{order}.{hook}", os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    todo = pieces(order, hook)
    for fd, data in todo:
        _write(copy, data)
        _write(fd, data)
        time.sleep(_pause(order, hook) / len(todo))
    # The last deployment of a run is to succeed.
    return 0 if os.path.exists(f"{folder}/calm") else exit_code(order, hook)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
