"""TLS on a socket for the wire client, as docs/protocol.md describes it. Reading and sending may be in two threads."""
import hashlib
import socket
import ssl
import subprocess
import threading
from base64 import b64encode

CHUNK = 65_536


class Refused(OSError):
    """The handshake failed."""


def fingerprint_of(certificate):
    """Of the public key in a certificate (DER)."""
    def openssl(*words, data):
        return subprocess.run(["openssl", *words], input=data, capture_output=True, check=True).stdout
    pem = openssl("x509", "-inform", "DER", "-noout", "-pubkey", data=certificate)
    return "SHA256:" + b64encode(hashlib.sha256(openssl("pkey", "-pubin", "-outform", "DER", data=pem)).digest()).decode().rstrip("=")


def context(identity, side):
    """`identity`: a folder with key.pem and certificate.pem, or None: no certificate is shown."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT if side == "client" else ssl.PROTOCOL_TLS_SERVER)
    made.check_hostname, made.verify_mode = False, ssl.CERT_NONE
    made.minimum_version = ssl.TLSVersion.TLSv1_3
    if identity:
        made.load_cert_chain(identity / "certificate.pem", identity / "key.pem")
    return made


class TlsSocket:
    """Has the methods of a socket that the wire client uses. OpenSSL's object is touched by one thread at a time; waiting
    for bytes happens outside of that."""

    def __init__(self, sock, made, side):
        self.raw = sock
        self._in, self._out = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = made.wrap_bio(self._in, self._out, server_side=side == "server")
        self._lock = threading.RLock()
        self._handshake()

    def _handshake(self):
        while True:
            try:
                with self._lock:
                    self._tls.do_handshake()
                return self._flush()
            except ssl.SSLWantReadError:
                self._flush()
                if not self._fill():
                    raise Refused("closed during the handshake") from None
            except ssl.SSLError as error:
                self._flush()
                raise Refused(str(error)) from error

    @property
    def peer_certificate(self):
        return self._tls.getpeercert(binary_form=True)

    @property
    def version(self):
        return self._tls.version()

    def _flush(self):
        with self._lock:
            if data := self._out.read():
                self.raw.sendall(data)

    def _fill(self):
        """Waits for bytes from the network; False at their end."""
        data = self.raw.recv(CHUNK)
        with self._lock:
            self._in.write(data) if data else self._in.write_eof()
        return bool(data)

    def recv(self, size):
        while True:
            try:
                with self._lock:
                    return self._tls.read(size)
            except ssl.SSLWantReadError:
                self._flush()
                self._fill()
            except (ssl.SSLEOFError, ssl.SSLZeroReturnError):
                return b""
            except ssl.SSLError as error:
                raise OSError(str(error)) from error

    def sendall(self, data):
        with self._lock:
            try:
                self._tls.write(data)
            except ssl.SSLError as error:
                raise OSError(str(error)) from error
            self._flush()

    def getpeername(self):
        return self.raw.getpeername()

    def settimeout(self, seconds):
        self.raw.settimeout(seconds)

    def setsockopt(self, *words):
        self.raw.setsockopt(*words)

    def shutdown(self, how):
        self.raw.shutdown(how)

    def close(self):
        self.raw.close()


def connect(address, identity, within=10):
    """Dials, and shakes hands as the side that dialled."""
    sock = socket.create_connection(address, timeout=within)
    try:
        return TlsSocket(sock, context(identity, "client"), "client")
    except OSError:
        sock.close()
        raise


def accept(sock, identity, within=10):
    """Shakes hands as the side that was dialled."""
    sock.settimeout(within)
    return TlsSocket(sock, context(identity, "server"), "server")
