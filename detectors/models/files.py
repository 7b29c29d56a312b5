"""Model files: arrays in an .npz without pickle, and a header in JSON that says what they are.

Whatever is wrong with a file is a value, `BadModel`, with one line of reason: a file that is torn
or hostile must not stop anything.
"""

import hashlib
import io
import struct
import zipfile
import zlib
from collections.abc import Mapping
from typing import NamedTuple

import msgspec
import numpy as np
from msgspec import Struct

from detectors.models.features import FEATURES, Part
from detectors.models.forest import EXTRA, Array, Forest, Nodes, grow

FORMAT = 1
ANY = "any"
"""The family of a lift of which the register tells too little, or that has too few like it."""
FILE_BYTES_MAX, UNPACKED_BYTES_MAX = 4 * 2**20, 32 * 2**20
FORESTS_MAX, TREES_MAX = 32, 1_000
HEADER = "header"
FAMILY_CHARACTERS_MAX = 64
TYPES = {"feature": "int8", "threshold": "float32", "right": "int16", "odd": "int32"}
TYPES |= {"total": "int32", "roots": "int32"}
QUANTILES = (0.0, 0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99, 0.999, 1.0)

_ERRORS = (
    *(ValueError, KeyError, TypeError, IndexError, EOFError, OSError, OverflowError),
    *(zipfile.BadZipFile, zlib.error, struct.error, RecursionError),
    *(MemoryError, SyntaxError, RuntimeError, msgspec.MsgspecError),
)
"""What reading such a file can raise, by the libraries that read it."""


class Card(Struct, kw_only=True, frozen=True):
    """What one forest was trained on. `threshold` is the score above which a ride or door cycle
    is odd, `odd_share` how often held-back healthy ones were; `quantiles` of their scores."""

    part: Part
    family: str
    features: tuple[str, ...]
    units: tuple[str, ...]
    rows: int
    lifts: int
    threshold: float
    odd_share: float
    quantiles: tuple[float, ...]


class Header(Struct, kw_only=True, frozen=True):
    """What the file is: `version` is told in findings, the span is of the data it was trained on;
    `sha256` is of everything else in the file."""

    format: int = FORMAT
    version: str
    source: str
    from_ms: int
    to_ms: int
    scikit_learn: str
    forests: tuple[Card, ...]
    sha256: str = ""


class Fitted(NamedTuple):
    """A forest and what it was trained on."""

    card: Card
    forest: Forest


class Models(NamedTuple):
    """Every forest of a file, by part and family."""

    header: Header
    fitted: Mapping[tuple[Part, str], Fitted]

    def find(self, part: Part, family: str) -> Fitted | None:
        """The forest for a family: its own, else that of any lift; None: there is none."""
        return self.fitted.get((part, family)) or self.fitted.get((part, ANY))


class BadModel(NamedTuple):
    """A file that cannot be used, and why, in one line."""

    reason: str


def to_bytes(header: Header, forests: list[Nodes]) -> bytes:
    """A model file; the same content gives the same bytes."""
    arrays = {
        f"{number}.{name}": np.asarray(getattr(nodes, name), dtype=TYPES[name])
        for number, nodes in enumerate(forests)
        for name in TYPES
    }
    signed = msgspec.structs.replace(header, sha256=_check_sum(header, arrays))
    arrays[HEADER] = np.frombuffer(msgspec.json.encode(signed), dtype=np.uint8)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:  # np.savez would write down when
        for name, array in arrays.items():
            entry = zipfile.ZipInfo(f"{name}.npy", (1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            content = io.BytesIO()
            np.save(content, array, allow_pickle=False)
            archive.writestr(entry, content.getvalue())
    return out.getvalue()


def from_bytes(data: bytes) -> Models | BadModel:
    """The models of a file, made ready to score, if everything about it is as it must be."""
    try:
        return _read(data)
    except _ERRORS as error:
        return BadModel(f"{type(error).__name__}: {' '.join(str(error).split())}"[:200])


def _read(data: bytes) -> Models:
    arrays = _unpack(data)
    header = msgspec.json.decode(arrays.pop(HEADER).tobytes(), type=Header)
    if header.format != FORMAT:
        raise ValueError(f"format {header.format}, not {FORMAT}")
    if header.sha256 != _check_sum(header, arrays):
        raise ValueError("the check sum does not match")
    if not 0 < len(header.forests) <= FORESTS_MAX:
        raise ValueError(f"{len(header.forests)} forests")
    fitted = {
        (card.part, card.family): Fitted(card, _forest_of(card, number, arrays))
        for number, card in enumerate(header.forests)
    }
    if len(fitted) != len(header.forests) or len(arrays) != len(TYPES) * len(fitted):
        raise ValueError("two forests of one part and family, or arrays of none")
    return Models(header, fitted)


def _unpack(data: bytes) -> dict[str, Array]:
    if len(data) > FILE_BYTES_MAX:
        raise ValueError(f"larger than {FILE_BYTES_MAX} bytes")
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        entries = archive.infolist()
        if sum(entry.file_size for entry in entries) > UNPACKED_BYTES_MAX:
            raise ValueError(f"unpacks to more than {UNPACKED_BYTES_MAX} bytes")
    with np.load(io.BytesIO(data), allow_pickle=False) as loaded:
        return {name: loaded[name] for name in loaded.files}


def _check_sum(header: Header, arrays: Mapping[str, Array]) -> str:
    digest = hashlib.sha256(msgspec.json.encode(msgspec.structs.replace(header, sha256="")))
    for name in sorted(arrays):
        array = arrays[name]
        digest.update(f"{name} {array.dtype.str} {array.shape} ".encode())
        digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()


def _forest_of(card: Card, number: int, arrays: Mapping[str, Array]) -> Forest:
    nodes = Nodes(**{name: arrays[f"{number}.{name}"] for name in TYPES})
    for name, array in zip(TYPES, nodes, strict=True):
        if array.dtype != TYPES[name] or array.ndim != 1:
            raise ValueError(f"{name} is {array.dtype} of {array.ndim} dimensions")
    _check_card(card)
    _check_nodes(nodes, width=inputs_count(card.part))
    return grow(nodes)


def inputs_count(part: Part) -> int:
    """How many numbers a forest of this part looks at."""
    return len(FEATURES[part]) + EXTRA


def _check_card(card: Card) -> None:
    rows = FEATURES[card.part]
    ours = tuple(row.name for row in rows), tuple(row.unit for row in rows)
    if (card.features, card.units) != ours:
        raise ValueError(f"features of {card.part} are not ours")
    if not 0 < len(card.family) <= FAMILY_CHARACTERS_MAX:
        raise ValueError("a family without a name, or with a long one")
    if not (0.0 < card.threshold < 1.0 and 0.0 <= card.odd_share < 1.0):
        raise ValueError("a threshold or a share that is none")
    if len(card.quantiles) != len(QUANTILES) or list(card.quantiles) != sorted(card.quantiles):
        raise ValueError("quantiles that do not rise")


def _check_nodes(nodes: Nodes, *, width: int) -> None:
    size = len(nodes.feature)
    if not size or any(len(array) != size for array in nodes[:-1]):
        raise ValueError("arrays of different lengths")
    if not 0 < len(nodes.roots) <= TREES_MAX or nodes.roots[0] != 0:
        raise ValueError(f"{len(nodes.roots)} trees")
    if nodes.feature.min() < -1 or nodes.feature.max() >= width:
        raise ValueError("a feature that does not exist")
    if not np.isfinite(nodes.threshold).all():
        raise ValueError("a threshold that is not finite")
    if nodes.odd.min() < 0 or (nodes.odd > nodes.total).any():
        raise ValueError("a share that is none")
    if (nodes.total[nodes.feature < 0] < 1).any():
        raise ValueError("a leaf that no row reached")
