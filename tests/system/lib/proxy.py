"""Proxies on loopback: HTTP CONNECT and SOCKS5, with a user and a password if wanted."""
import base64
import socket
import struct
import threading


class Proxy:
    """Proxy("http", "user", "secret").url is for --proxy; `asked` holds the targets."""

    def __init__(self, box, kind, user="", password=""):
        self.kind, self.user, self.password = kind, user, password
        self.asked, self.refused = [], 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()
        box.on_close(self.close)

    @property
    def url(self):
        who = f"{self.user}:{self.password}@" if self.user else ""
        return f"{self.kind}://{who}127.0.0.1:{self.port}"

    def close(self):
        self._listener.close()

    def _accept(self):
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(sock,), daemon=True).start()

    def _serve(self, sock):
        try:
            target = self._http(sock) if self.kind == "http" else self._socks(sock)
            if target is None:
                self.refused += 1
                sock.close()
                return
            self.asked.append(target)
            other = socket.create_connection(target, timeout=5)
            sock.sendall(b"HTTP/1.1 200 Connection established\r\nX-More: yes\r\n\r\n" if self.kind == "http"
                         else b"\x05\x00\x00\x01" + bytes(6))
            threading.Thread(target=self._pump, args=(other, sock), daemon=True).start()
            self._pump(sock, other)
        except OSError:
            sock.close()

    def _pump(self, source, sink):
        try:
            source.settimeout(None)
            while data := source.recv(65_536):
                sink.sendall(data)
        except OSError:
            pass
        for one in (source, sink):
            try:
                one.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def _http(self, sock):
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            head += self._read(sock, 1)
        lines = head.decode().split("\r\n")
        wanted = "Proxy-Authorization: Basic " + base64.b64encode(f"{self.user}:{self.password}".encode()).decode()
        if self.user and wanted not in lines:
            sock.sendall(b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n")
            return None
        host, _, port = lines[0].split()[1].rpartition(":")
        return host, int(port)

    def _socks(self, sock):
        _, count = self._read(sock, 2)
        methods = self._read(sock, count)
        method = 2 if self.user else 0
        if method not in methods:
            sock.sendall(b"\x05\xff")
            return None
        sock.sendall(bytes([5, method]))
        if self.user and not self._log_in(sock):
            return None
        _, command, _, kind = self._read(sock, 4)
        assert (command, kind) == (1, 3)
        host = self._read(sock, self._read(sock, 1)[0]).decode()
        return host, struct.unpack(">H", self._read(sock, 2))[0]

    def _log_in(self, sock):
        self._read(sock, 1)
        user = self._read(sock, self._read(sock, 1)[0]).decode()
        password = self._read(sock, self._read(sock, 1)[0]).decode()
        good = (user, password) == (self.user, self.password)
        sock.sendall(bytes([1, 0 if good else 1]))
        return good

    @staticmethod
    def _read(sock, count):
        data = b""
        while len(data) < count:
            if not (piece := sock.recv(count - len(data))):
                raise OSError("closed")
            data += piece
        return data
