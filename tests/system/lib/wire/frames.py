"""Frames: four bytes of magic, four of length, one of type, the payload; big-endian."""
import struct
from dataclasses import dataclass

MAGIC = b"\x12\x34\x66\x41"
HEARTBEAT, DATA, DISCONNECT = 0x01, 0x02, 0x03
LIMIT = 16 * 1024 * 1024
HEADER = struct.Struct(">4sIB")


class ProtocolError(Exception):
    """The other side broke docs/protocol.md."""


@dataclass(frozen=True)
class Frame:
    type: int
    payload: bytes


def encode(kind, payload=b""):
    return HEADER.pack(MAGIC, len(payload), kind) + payload


class Decoder:
    """Takes bytes as they come, gives whole frames. `consumed` counts the bytes of all frames given so far."""

    def __init__(self):
        self._buffer = bytearray()
        self.consumed = 0

    @property
    def pending(self):
        """How many bytes of a frame that is not whole yet are held."""
        return len(self._buffer)

    def feed(self, data):
        self._buffer += data
        frames = []
        while (frame := self._next()) is not None:
            frames.append(frame)
        return frames

    def _next(self):
        if not MAGIC.startswith(self._buffer[:4]):
            raise ProtocolError(f"wrong magic {bytes(self._buffer[:4]).hex()}")
        if len(self._buffer) < HEADER.size:
            return None
        _, length, kind = HEADER.unpack_from(self._buffer)
        if length > LIMIT:
            raise ProtocolError(f"a frame of {length} bytes is above the limit")
        if kind not in (HEARTBEAT, DATA, DISCONNECT):
            raise ProtocolError(f"unknown frame type {kind:#x}")
        end = HEADER.size + length
        if len(self._buffer) < end:
            return None
        payload = bytes(self._buffer[HEADER.size:end])
        del self._buffer[:end]
        self.consumed += end
        return Frame(kind, payload)
