"""The spool of one order: its bytes, and what they say."""
from dataclasses import dataclass, field

from .frames import DATA, Decoder, ProtocolError
from .messages import Message, data_frame, unpack

# In this order; any may be left out. The last three are those of a node that goes back by itself.
STEPS = [{"check"}, {"fetch"}, {"before_deploy", "before_rollback"}, {"switch"}, {"after_deploy", "after_rollback"},
         {"health_check"}, {"before_rollback"}, {"switch_back"}, {"after_rollback"}]
OUTPUT_LIMIT = 32_768


@dataclass
class Step:
    name: str
    state: str = "running"
    exit_code: int | None = None
    duration_ms: int | None = None
    output: list = field(default_factory=list)  # (stream, bytes), pieces of one stream joined


class Spool:
    """Fed with the bytes of `spool` messages from byte 0 on; breaks of the rules are raised where they stand."""

    def __init__(self, data=b""):
        self.data = bytearray()
        self.events: list[Message] = []
        self.steps: list[Step] = []
        self.result: Message | None = None
        self._decoder = Decoder()
        self._place = 0  # in STEPS, of the next step
        self.feed(data)

    def __len__(self):
        return len(self.data)

    def feed(self, data):
        self.data += data
        offset = self._decoder.consumed
        for frame in self._decoder.feed(data):
            if frame.type != DATA:
                raise ProtocolError(f"frame type {frame.type:#x} in a spool")
            message = unpack(frame.payload)
            message.offset = offset
            offset += 9 + len(frame.payload)
            self._take(message)

    def _take(self, message):
        if self.result:
            raise ProtocolError(f"after the result came {message}")
        self.events.append(message)
        take = getattr(self, "_take_" + message.type, None)
        if take is None:
            raise ProtocolError(f"does not belong in a spool: {message}")
        take(message)

    def _take_step_started(self, message):
        if self.steps and self.steps[-1].state == "running":
            raise ProtocolError(f"{message['step']} began before {self.steps[-1].name} ended")
        place = next((place for place in range(self._place, len(STEPS)) if message["step"] in STEPS[place]), None)
        if place is None:
            raise ProtocolError(f"{message['step']} after {self.steps[-1].name}")
        self._place = place + 1
        self.steps.append(Step(message["step"]))

    def _take_output(self, message):
        if not self.steps or self.steps[-1].state != "running":
            raise ProtocolError(f"output outside of a step: {message}")
        if not 0 < len(message.raw) <= OUTPUT_LIMIT:
            raise ProtocolError(f"output of {len(message.raw)} bytes")
        pieces = self.steps[-1].output
        if pieces and pieces[-1][0] == message["stream"]:
            pieces[-1] = (message["stream"], pieces[-1][1] + message.raw)
        else:
            pieces.append((message["stream"], message.raw))

    def _take_step_finished(self, message):
        if not self.steps or self.steps[-1].state != "running" or self.steps[-1].name != message["step"]:
            raise ProtocolError(f"ends what did not run: {message}")
        step = self.steps[-1]
        step.state, step.exit_code, step.duration_ms = message["state"], message.get("exit_code"), message["duration_ms"]

    def _take_result(self, message):
        if self.steps and self.steps[-1].state == "running":
            raise ProtocolError(f"a result while {self.steps[-1].name} runs: {message}")
        self.result = message

    def boundaries(self):
        """The offsets at which a frame begins, and the end."""
        return [event.offset for event in self.events] + [self._decoder.consumed]

    def step(self, name):
        return next((step for step in self.steps if step.name == name), None)

    def step_names(self):
        return [step.name for step in self.steps]

    def output(self, step=None, stream=None):
        """The bytes written by a step (or all) on a stream (or all), in order."""
        return b"".join(data for one in self.steps if step in (None, one.name)
                        for kind, data in one.output if stream in (None, kind))

    def text(self, step=None, stream=None):
        return self.output(step, stream).decode("utf-8", "replace")

    def __str__(self):
        lines = [f"spool of {len(self.data)} bytes"]
        for step in self.steps:
            lines.append(f"  {step.name}: {step.state} exit_code={step.exit_code} {step.duration_ms} ms")
            lines += [f"    {kind}| {line}" for kind, data in step.output
                      for line in data.decode("utf-8", "replace").splitlines()[-30:]]
        return "\n".join(lines + [f"  result: {self.result.body if self.result else None}"])

    __repr__ = __str__


TIME = "2026-01-02T03:04:05.678Z"


def step_started(step):
    return data_frame({"type": "step_started", "step": step, "time": TIME})


def output(data, stream="stdout"):
    return data_frame({"type": "output", "stream": stream}, data)


def step_finished(step, state="succeeded", **more):
    return data_frame({"type": "step_finished", "step": step, "state": state, "duration_ms": 1, **more})


def result(state="succeeded", **more):
    return data_frame({"type": "result", "state": state, "time": TIME, **more})


def whole_step(name, *pieces, state="succeeded", **more):
    """Frames of one step; a piece is bytes of stdout, or a pair (stream, bytes)."""
    frames = [step_started(name)]
    for piece in pieces:
        stream, data = ("stdout", piece) if isinstance(piece, bytes) else piece
        frames.append(output(data, stream))
    return b"".join(frames) + step_finished(name, state, **more)
