"""Accepts connections for `git daemon --inetd`, a process for each, as inetd does.

`git daemon` on its own listens with a backlog of 5: of 20 clients that come at once some are reset or wait for a
second, and that would be measured instead of what is asked for here. Both sides fetch through this.
"""
import os
import signal
import socket
import sys

signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the children
listener = socket.create_server(("127.0.0.1", 0), backlog=256)
print(f"listening on {listener.getsockname()[1]}", flush=True)
program = sys.argv[1:]
while True:
    connection, _ = listener.accept()
    with connection:
        number = connection.fileno()
        os.posix_spawnp(program[0], program, os.environ, setsigdef=[signal.SIGCHLD],
                        file_actions=[(os.POSIX_SPAWN_DUP2, number, 0), (os.POSIX_SPAWN_DUP2, number, 1)])
