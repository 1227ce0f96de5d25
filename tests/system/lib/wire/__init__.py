"""A client of the wire protocol, written from docs/protocol.md alone: it shares no code and no table with the programs.

Start with ServerSide (talks to a real agent as a server does) or AgentSide (a fake agent for tests of the server).
"""
from .agent_side import AgentSide, FakeOrder
from .frames import DATA, DISCONNECT, HEARTBEAT, LIMIT, MAGIC, Decoder, Frame, ProtocolError, encode
from .link import Link, WireFailure
from .messages import Message, data_frame, make_id, pack, unpack
from .server_side import WINDOW, ServerSide
from .spool import Spool

__all__ = [
    "AgentSide", "FakeOrder", "DATA", "DISCONNECT", "HEARTBEAT", "LIMIT", "MAGIC", "Decoder", "Frame", "ProtocolError",
    "encode", "Link", "WireFailure", "Message", "data_frame", "make_id", "pack", "unpack", "WINDOW", "ServerSide", "Spool",
]
