"""zstd with a dictionary of what all our resources have in common: half the size, and no slower to read.

`dictionary-1.zstd` was trained by `python -m benchmarks.train_dictionary` on `tests/messages`.
It is part of the storage format: never change it. A better one gets a file and a number of its own, and every
frame names the dictionary it needs.
"""

from __future__ import annotations

import threading
from functools import lru_cache
from importlib.resources import files

import zstandard

LEVEL = 3
_FILE = "dictionary-1.zstd"
_local = threading.local()  # zstandard's contexts serve one thread at a time


@lru_cache(maxsize=1)
def _dictionary() -> zstandard.ZstdCompressionDict:
    data = files("results_service.reports").joinpath(_FILE).read_bytes()
    dictionary = zstandard.ZstdCompressionDict(data, dict_type=zstandard.DICT_TYPE_FULLDICT)
    dictionary.precompute_compress(level=LEVEL)
    return dictionary


def compress(data: bytes) -> bytes:
    """A zstd frame with the size of its content inside."""
    if not hasattr(_local, "compressor"):
        _local.compressor = zstandard.ZstdCompressor(dict_data=_dictionary())
    return bytes(_local.compressor.compress(data))


def decompress(data: bytes) -> bytes:
    """The bytes behind `compress`."""
    if not hasattr(_local, "decompressor"):
        _local.decompressor = zstandard.ZstdDecompressor(dict_data=_dictionary())
    return bytes(_local.decompressor.decompress(data))
