"""Waiting for a condition with a deadline."""
import time


def wait_until(condition, within=15.0, what="a condition", poll=0.015):
    """Until condition() gives something true, which is returned; AssertionError at the deadline."""
    deadline = time.monotonic() + within
    while not (value := condition()):
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {within} s for {what() if callable(what) else what}")
        time.sleep(poll)
    return value
