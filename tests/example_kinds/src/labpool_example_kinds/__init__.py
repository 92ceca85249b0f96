"""Job kinds of a third party: each does one real thing that a pool must cope with."""

from __future__ import annotations

from dataclasses import replace

from pydantic import BaseModel, ConfigDict, Field

from labpool.jobs import train
from labpool.wire import JobKind
from labpool.wire.kinds import read_words


class _Params(BaseModel):
    model_config = ConfigDict(extra="forbid")


class PrimesParams(_Params):
    """Count the primes below a limit, in slices, with a checkpoint after each."""

    below: int = Field(default=20_000, ge=2, le=100_000_000, title="Below")
    slices: int = Field(default=20, ge=1, le=100_000, title="Slices")


class ChatterParams(_Params):
    """Say many things, at a rate or as fast as it goes."""

    messages: int = Field(default=1000, ge=0)
    rate: float = Field(default=0, ge=0, description="Messages a second; 0 for no limit.")
    word: str = "word"
    until: str = Field(default="", description="File that ends it as soon as it is there.")


class SgdParams(_Params):
    """Train a small network and report every step."""

    seconds: float = Field(default=10, gt=0)
    rate: float = Field(default=1000, gt=0, description="Steps, and so messages, a second.")


class HangParams(_Params):
    """Compute for ever and never look whether anybody asked to stop."""

    hold: bool = Field(default=False, description="Hold the interpreter's lock all the while.")


class HogParams(_Params):
    """Take memory."""

    mebibytes: int = Field(default=100_000, ge=1)


class FlakyParams(_Params):
    """Fail in the first attempts."""

    failures: int = Field(default=1, ge=0)


class RaiseParams(_Params):
    """Raise what no body should."""

    error: str = Field(description="Name of a class of the language, asyncio or this package.")
    words: str = ""


class SpeakParams(_Params):
    """Say odd things, wait until they are stored, then die the first time."""

    lines: int = Field(default=50, ge=0)
    leaves_out: bool = Field(default=False, description="Whether it gives notices.")


class GpuParams(_Params):
    """Have a GPU for oneself, until a file is there."""

    until: str = Field(description="File that ends it as soon as it is there.")


class SpawnParams(_Params):
    """Start processes in every way that there is, and leave them."""

    hang: bool = Field(default=False, description="Never end, and never look for a cancel.")


class WriteParams(_Params):
    """Write one file."""

    size: int = Field(default=1000, ge=0, description="Bytes.")


class ShareParams(_Params):
    """Count primes in pieces, on as many workers as there are."""

    pieces: int = Field(default=20, ge=1, le=10_000)
    below: int = Field(default=20_000, ge=2)
    most: int | None = Field(default=None, ge=1, description="Workers at once.")
    fail_at: int | None = Field(default=None, description="Piece at which it fails.")


class GatedTrainingParams(train.Params):
    """Train, and wait at some steps until somebody opens the gate."""

    gates: dict[int, str] = Field(
        default_factory=dict,
        description="Step to the file that lets the training go on, as soon as it is there.",
    )


def series(params: ShareParams) -> str:
    """Name the work."""
    return f"primes below {params.below}"


PRIMES = JobKind(
    name="primes",
    title="Count primes",
    params=PrimesParams,
    entry="labpool_example_kinds.bodies:primes",
    words=read_words(__name__),
)
CHATTER = JobKind(
    name="chatter",
    title="Chatter",
    params=ChatterParams,
    entry="labpool_example_kinds.bodies:chatter",
)
SGD = JobKind(
    name="sgd",
    title="Train a small network",
    params=SgdParams,
    entry="labpool_example_kinds.bodies:sgd",
    requires=("torch",),
)
HANG = JobKind(
    name="hang", title="Hang", params=HangParams, entry="labpool_example_kinds.bodies:hang"
)
HOG = JobKind(
    name="hog", title="Take memory", params=HogParams, entry="labpool_example_kinds.bodies:hog"
)
FLAKY = JobKind(
    name="flaky",
    title="Fail at first",
    params=FlakyParams,
    entry="labpool_example_kinds.bodies:flaky",
)
RAISE = JobKind(
    name="raise", title="Raise", params=RaiseParams, entry="labpool_example_kinds.oddities:raise_"
)
SPEAK = JobKind(
    name="speak",
    title="Say odd things",
    params=SpeakParams,
    entry="labpool_example_kinds.oddities:speak",
)
GPU = JobKind(
    name="gpu", title="Have a GPU", params=GpuParams, entry="labpool_example_kinds.bodies:gpu"
)
SPAWN = JobKind(
    name="spawn",
    title="Start processes",
    params=SpawnParams,
    entry="labpool_example_kinds.spawning:spawn",
)
WRITE = JobKind(
    name="write",
    title="Write a file",
    params=WriteParams,
    entry="labpool_example_kinds.bodies:write",
)
SHARE = JobKind(
    name="share",
    title="Count primes together",
    params=ShareParams,
    entry="labpool_example_kinds.bodies:share",
    workers="most",
    series="labpool_example_kinds:series",
)
GATED_TRAINING = replace(
    train.KIND,
    name="gated_training",
    title="Train, and wait at gates",
    params=GatedTrainingParams,
    entry="labpool_example_kinds.gates:run",
)
LACKING = JobKind(
    name="lacking",
    title="Needs what is not there",
    params=HangParams,
    entry="labpool_example_kinds.bodies:hang",
    requires=("no_such_module",),
    extra="imaginary",
)
