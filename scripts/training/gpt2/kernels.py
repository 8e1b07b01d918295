"""The training kernels: which of their builds this processor runs, and what they are called with.

kernels/ is one C++ program with five builds (kernels/build.h). A build is compiled by g++ on first use, kept
in the user's cache, and held against the NumPy model before it trains anything.
"""

import ctypes
import hashlib
import os
import subprocess
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from .model import loss_and_gradient
from .parameters import Parameters
from .shape import Shape, block_names

# A library built with -ffast-math makes its process flush what is smaller than normal numbers to 0. NumPy
# would remark on it if it asked for the smallest numbers only then.
for _type in (np.float32, np.float64):
    np.finfo(_type)

SOURCES = Path(__file__).resolve().parent.parent / "kernels"
_FLAGS = "-O3 -ffast-math -fopenmp -shared -fPIC -std=c++20 -Wno-psabi -Wno-uninitialized".split()
_WITHOUT_TILES = ["-mno-amx-tile", "-mno-amx-int8", "-mno-amx-bf16"]


@dataclass(frozen=True)
class Build:
    options: list  # of g++
    needs: str = ""  # flags of /proc/cpuinfo


_AVX512 = "avx512f avx512bw avx512dq avx512vl"
#: The fastest first; the last stands in for AMX in the tests.
BUILDS = {
    "amx": Build(["-DBUILD_AMX", "-march=sapphirerapids"], "amx_tile amx_bf16 avx512_bf16"),
    "fp16": Build(
        ["-DBUILD_FP16", "-march=sapphirerapids", *_WITHOUT_TILES], "avx512_fp16 avx512_bf16 avx512vbmi"
    ),
    "bf16": Build(["-DBUILD_BF16", "-march=cooperlake"], "avx512_bf16 " + _AVX512),
    "f32": Build(["-DBUILD_F32", "-march=skylake-avx512"], _AVX512),
    "avx2": Build(["-DBUILD_AVX2", "-march=haswell"], "avx2 fma f16c"),
    "amx-emulated": Build(["-DBUILD_AMX", "-DEMULATED_TILES", "-march=cooperlake"]),
}
EMULATION_NEEDS = BUILDS["bf16"].needs


class Unusable(Exception):
    """A build that cannot be compiled, loaded or trusted here."""


def processor_flags(path="/proc/cpuinfo"):
    try:
        with open(path, encoding="utf-8") as file:
            return set(next((line for line in file if line.startswith("flags")), "").split())
    except OSError:
        return set()


def usable(flags=None):
    """The builds that a processor with these flags runs, the fastest first."""
    flags = processor_flags() if flags is None else flags
    return [name for name, build in BUILDS.items() if build.needs and set(build.needs.split()) <= flags]


def _cache():
    home = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    folder = Path(home) / "vitrine-training"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def compiled(name):
    """The path of a build's library, compiled if the sources or options are new."""
    options = [*_FLAGS, *BUILDS[name].options]
    digest = hashlib.sha1(" ".join(options).encode())
    for path in sorted(SOURCES.iterdir()):
        digest.update(path.read_bytes())
    library = _cache() / f"{name}-{digest.hexdigest()[:12]}.so"
    if not library.exists():
        handle, part = tempfile.mkstemp(suffix=".so", dir=library.parent)
        os.close(handle)
        command = [os.environ.get("CXX", "g++"), *options, str(SOURCES / "kernels.cpp"), "-o", part]
        try:
            result = subprocess.run(command, capture_output=True, text=True, check=False)
        except OSError as error:
            raise Unusable(f"{command[0]}: {error.strerror}") from error
        if result.returncode:
            os.unlink(part)
            raise Unusable(f"{command[0]} does not compile it: {result.stderr[:300]}")
        os.replace(part, library)
    return library


# The structures of kernels/model.h, head.h and step.h.
class _Sizes(ctypes.Structure):
    _fields_ = [
        (name, ctypes.c_int)
        for name in "layers heads channels positions vocabulary threads micro_tokens".split()
    ]


class _Batch(ctypes.Structure):
    _fields_ = [
        ("inputs", ctypes.c_void_p),
        ("targets", ctypes.c_void_p),
        ("sequences", ctypes.c_int),
        ("positions", ctypes.c_int),
    ]


class _Candidates(ctypes.Structure):
    _fields_ = [
        ("ids", ctypes.c_void_p),
        ("bias", ctypes.c_void_p),
        ("count", ctypes.c_int),
        ("exact", ctypes.c_int),
        ("tail_weight", ctypes.c_float),
    ]


class _StepRates(ctypes.Structure):
    _fields_ = [
        *((name, ctypes.c_double) for name in "adam muon beta1 beta2 epsilon momentum".split()),
        *((name, ctypes.c_double) for name in "decay embedding_decay clip".split()),
        ("step", ctypes.c_int64),
        ("with_muon", ctypes.c_int),
    ]


@dataclass(frozen=True)
class Rates:
    """A step's rates, as kernels/step.h explains them; `step` counts AdamW's steps from 1 on."""

    adam: float
    muon: float
    step: int
    beta1: float = 0.9
    beta2: float = 0.98
    epsilon: float = 1e-8
    momentum: float = 0.95
    decay: float = 0.1
    embedding_decay: float = 0.0
    clip: float = 1.0
    with_muon: bool = True


PARTS = (
    "norms, attention linear, attention, MLP, logits, head gradient, head to rows, head to table, "
    "weight gradients, attention backward, AdamW, Muon"
).split(", ")


def _address(array):
    return array.ctypes.data_as(ctypes.c_void_p)


@dataclass
class Candidates:
    """The tokens over which a softmax runs (kernels/head.h)."""

    ids: np.ndarray
    bias: np.ndarray
    exact: int
    tail_weight: float

    def structure(self):
        return _Candidates(
            _address(self.ids), _address(self.bias), len(self.ids), self.exact, self.tail_weight
        )


def candidates(ids, tail=0, tail_log_weight=0.0):
    """The last `tail` of `ids` are each weighted up by exp(tail_log_weight). Filled up to a multiple of
    32."""
    count, known = -(-len(ids) // 32) * 32, len(ids)
    padded, bias = np.full(count, -1, np.int32), np.full(count, -1e30, np.float32)
    padded[:known], bias[:known] = ids, 0
    bias[known - tail : known] = tail_log_weight
    return Candidates(padded, bias, known - tail, float(np.exp(tail_log_weight)))


@dataclass
class SampledSoftmax:
    """Draws candidates: the `frequent` most frequent tokens, and `drawn` others that stand for all others."""

    counts: np.ndarray  # how often each token occurs
    frequent: int = 4096
    drawn: int = 2048
    seed: int = 1
    _random: np.random.Generator = field(init=False)

    def __post_init__(self):
        order = np.argsort(-self.counts, kind="stable").astype(np.int32)
        self._frequent, self._tail = order[: self.frequent], order[self.frequent :]
        self._random = np.random.default_rng(self.seed)

    def draw(self):
        drawn = self._random.choice(self._tail, self.drawn, replace=False)
        weight = np.log(len(self._tail) / self.drawn)
        return candidates(np.concatenate([self._frequent, drawn]), self.drawn, weight)


def _library(name):
    library = ctypes.CDLL(str(compiled(name)))
    library.training_new.restype = ctypes.c_void_p
    for function in (library.training_loss, library.training_gradient, library.training_step):
        function.restype = ctypes.c_double
    library.training_build.restype = ctypes.c_char_p
    return library


def _offsets(parameters):
    """In the order of kernels.cpp's read_offsets."""
    matrices = [name for name in block_names() if ".c_" in name and name.endswith("weight")]
    vectors = [name for name in block_names() if name not in matrices]
    names = ["wte.weight", "wpe.weight"]
    for block in range(parameters.shape.layers):
        names += [f"h.{block}.{name}" for name in matrices + vectors]
    names += ["ln_f.weight", "ln_f.bias"]
    known = [parameters.offsets[name] for name in names]
    return np.array([*known, parameters.matrices.stop, parameters.count], np.int64)


class Kernels:
    """A build at work on `parameters`, which a step changes in place."""

    def __init__(self, parameters, name, threads=2, micro_tokens=1024):
        shape = parameters.shape
        if shape.head_size % 32:
            raise ValueError(f"a head of {shape.head_size} channels is no multiple of 32")
        self.name, self.parameters = name, parameters
        try:
            self._library = _library(name)
        except OSError as error:
            raise Unusable(str(error)) from error
        micro_tokens = max(micro_tokens, shape.positions)
        sizes = _Sizes(
            shape.layers, shape.heads, shape.channels, shape.positions, shape.vocabulary, threads, micro_tokens
        )
        model = self._library.training_new(ctypes.byref(sizes), _address(_offsets(parameters)))
        if not model:
            raise Unusable("the system refuses the processor's tiles, or memory is short")
        self._model = ctypes.c_void_p(model)
        #: Adam's first moment, or Muon's momentum; Adam's second moment.
        self.mean = np.zeros(parameters.count, np.float32)
        self.square = np.zeros(parameters.count, np.float32)
        self.everything = candidates(np.arange(shape.vocabulary, dtype=np.int32))

    def close(self):
        self._library.training_free(self._model)
        self._model = None

    def _call(self, function, tokens, targets, chosen, *more):
        """tokens and targets [sequences, positions]; positions a multiple of 32, no more than the model
        has."""
        tokens, targets = np.ascontiguousarray(tokens, np.int32), np.ascontiguousarray(targets, np.int32)
        sequences, positions = tokens.shape
        if positions % 32 or positions > self.parameters.shape.positions:
            raise ValueError(f"a context of {positions} is no multiple of 32 up to the model's positions")
        batch = _Batch(_address(tokens), _address(targets), sequences, positions)
        chosen = (chosen or self.everything).structure()
        flat = _address(self.parameters.flat)
        return function(self._model, flat, *more[:2], ctypes.byref(batch), ctypes.byref(chosen), *more[2:])

    def loss(self, tokens, targets):
        """Mean cross entropy in nats over targets >= 0, by the full softmax."""
        return self._call(self._library.training_loss, tokens, targets, None)

    def gradient(self, tokens, targets, chosen=None):
        """The loss and its gradient, flat; over `chosen` Candidates, or all tokens."""
        gradient = np.zeros(self.parameters.count, np.float32)

        def function(model, flat, batch, over):
            return self._library.training_gradient(model, flat, batch, over, _address(gradient))

        return self._call(function, tokens, targets, chosen), gradient

    def step(self, tokens, targets, rates, chosen=None):
        """One step of the optimiser: the loss before it and the gradient's norm, not finite where nothing
        moved."""
        norm = ctypes.c_double()
        numbers = [getattr(rates, name) for name, _ in _StepRates._fields_]
        moments = _address(self.mean), _address(self.square)
        extra = ctypes.byref(_StepRates(*numbers)), ctypes.byref(norm)
        loss = self._call(self._library.training_step, tokens, targets, chosen, *moments, *extra)
        return loss, norm.value

    def orthogonalise(self, matrix):
        """Muon's update of a matrix [rows, columns], rows <= columns, in place."""
        self._library.training_orthogonalise(self._model, _address(matrix), *matrix.shape)
        return matrix

    def seconds(self):
        """{part: seconds of the first thread since the last call}."""
        seconds = np.zeros(len(PARTS))
        self._library.training_seconds(self._model, _address(seconds))
        return dict(zip(PARTS, seconds))


@dataclass
class Agreement:
    """How far a build agrees with the NumPy model on one batch."""

    cosines: dict  # {tensor: cosine of the two gradients}
    lengths: dict  # {tensor: ratio of their norms}
    loss: float  # difference of the losses, nats

    def good(self):
        lengths = np.array(list(self.lengths.values()))
        return min(self.cosines.values()) > 0.99 and np.all(abs(lengths - 1) < 0.05) and abs(self.loss) < 0.01


def sample_problem(shape, sequences, positions, seed=3):
    """Parameters away from their first values, tokens, and targets of which some do not count."""
    random = np.random.default_rng(seed)
    parameters = Parameters(shape, seed)
    parameters.flat += random.standard_normal(parameters.count, np.float32) * 0.02
    tokens, targets = random.integers(0, shape.vocabulary, (2, sequences, positions))
    targets[0, :5] = -1
    return parameters, tokens, targets


def agreement(parameters, loss, gradient, reference):
    """Of a loss and flat gradient with the reference's (loss, {name: gradient})."""
    cosines, lengths, channels = {}, {}, parameters.shape.channels
    for name, wanted in reference[1].items():
        begin = parameters.offsets[name]
        a, b = gradient[begin : begin + wanted.size].astype(np.float64), wanted.reshape(-1)
        if name.endswith("c_attn.bias"):  # the keys' bias moves every score alike: its gradient is 0
            a, b = (np.delete(x, np.s_[channels : 2 * channels]) for x in (a, b))
        norms = np.linalg.norm(a), np.linalg.norm(b)
        cosines[name] = a @ b / (norms[0] * norms[1] + 1e-30)
        lengths[name] = norms[0] / (norms[1] + 1e-30)
    return Agreement(cosines, lengths, loss - reference[0])


def check(name, shape=Shape(2, 2, 64, 128, 2048), sequences=4, positions=64):
    """The Agreement of a build with the NumPy model."""
    parameters, tokens, targets = sample_problem(shape, sequences, positions)
    kernels = Kernels(parameters, name, threads=1, micro_tokens=128)
    result = kernels.gradient(tokens, targets)
    kernels.close()
    return agreement(parameters, *result, loss_and_gradient(parameters, tokens, targets))


def choose(say=print):
    """The fastest build that this processor runs and that agrees with the NumPy model."""
    for name in usable():
        try:
            if check(name).good():
                return name
            say(f"build {name} disagrees with the NumPy model: not used")
        except Unusable as error:
            say(f"build {name} cannot be used: {error}")
    raise Unusable("no build of the kernels can be used: an x86-64 processor with AVX2 and g++ are needed")
