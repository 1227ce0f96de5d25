"""A loopback service that starts a program per connection, as inetd did: real `git daemon` and `svnserve` without
racing for a free port, and with a tap that tests can close."""
import socket
import subprocess
import threading

from . import processes


class Service:
    def __init__(self, box, argv):
        self.box, self.argv = box, argv
        self.connections = 0
        self.held = False  # new connections are accepted, and nobody answers
        self._held_sockets, self._children, self._stopped = [], [], False
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=100)
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._serve, args=(self._listener,), daemon=True).start()
        box.on_close(self.stop)

    def _serve(self, listener):
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            self.connections += 1
            if self.held:
                self._held_sockets.append(connection)
                continue
            with connection:
                self._children.append(subprocess.Popen(
                    self.argv, stdin=connection, stdout=connection, stderr=subprocess.DEVNULL, env=self.box.env))

    def stop(self):
        """Connections are refused from now on."""
        if self._stopped:
            return
        self._stopped = True
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for connection in self._held_sockets:
            connection.close()
        for child in self._children:
            if child.poll() is None:
                processes.kill(child.pid)
            child.wait(10)

    def release(self):
        """Held connections are closed, new ones served."""
        self.held = False
        for connection in self._held_sockets:
            connection.close()
        self._held_sockets.clear()
