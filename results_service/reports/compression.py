"""zstd with dictionaries of what our resources have in common: a third of the size, and no slower to read.

The dictionaries were trained by `python -m benchmarks.train_dictionary`. They are part of the storage format:
never change one. A better one gets a file and a number of its own; every frame names the one it needs.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from functools import lru_cache
from importlib.resources import files

import zstandard

RESOURCE = 1001
"""Dictionary for one resource alone (a report's DiagnosticReport)."""
WHOLE = 1002
"""Dictionary for all resources of a version, with their head."""
_FILES = {RESOURCE: "dictionary-1.zstd", WHOLE: "dictionary-2.zstd"}
# Level 12 makes a version a sixth smaller than level 3, for a fifth of a millisecond when it is stored.
_LEVELS = {RESOURCE: 3, WHOLE: 12}
_local = threading.local()  # zstandard's contexts serve one thread at a time


@lru_cache(maxsize=len(_FILES))
def _dictionary(number: int) -> zstandard.ZstdCompressionDict:
    data = files("results_service.reports").joinpath(_FILES[number]).read_bytes()
    dictionary = zstandard.ZstdCompressionDict(data, dict_type=zstandard.DICT_TYPE_FULLDICT)
    dictionary.precompute_compress(level=_LEVELS[number])
    return dictionary


def compress(data: bytes, number: int = RESOURCE) -> bytes:
    """A zstd frame with the size of its content and the number of its dictionary inside."""
    if not hasattr(_local, "compressors"):
        _local.compressors = {
            n: zstandard.ZstdCompressor(level=level, dict_data=_dictionary(n)) for n, level in _LEVELS.items()
        }
    return bytes(_local.compressors[number].compress(data))


def decompress(data: bytes) -> bytes:
    """The bytes behind `compress`; raises `KeyError` for a dictionary that is not ours."""
    return decompress_each((data,))[0]


def decompress_each(frames: Iterable[bytes]) -> list[bytes]:
    """`decompress` for many at once: what surrounds a frame's own work is a tenth of its cost."""
    if not hasattr(_local, "decompress"):
        _local.decompress = {
            n: zstandard.ZstdDecompressor(dict_data=_dictionary(n)).decompress for n in _FILES
        }
    known, parameters = _local.decompress, zstandard.get_frame_parameters
    return [known[parameters(frame).dict_id](frame) for frame in frames]
