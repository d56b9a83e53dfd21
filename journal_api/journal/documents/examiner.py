"""Reads one document apart from the service, in a process of its own that may use little and reach nothing.

`examiner.py check TYPE` says on standard output how many pages there are (JSON); `examiner.py show TYPE PAGE`
gives a page as PNG. The document comes on standard input. Exit 2: it is not what TYPE says, 3: it is locked.
Imports nothing of the product, so that it starts fast.
"""

from __future__ import annotations

import io
import json
import resource
import sys
from typing import Any

BROKEN, LOCKED = 2, 3
_MEMORY = 1_500_000_000  # bytes of address space
_SECONDS = 20  # of CPU
_WIDEST = 1400  # pixels of a shown page
_PIXELS = 60_000_000  # of an image that is read
_PAGES = 2000
_PDFIUM_PASSWORD = 4  # FPDF_ERR_PASSWORD


def main(what: str, content_type: str, page: int) -> int:
    """Do it; the exit code."""
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    data = sys.stdin.buffer.read()
    read = _pdf if content_type == "application/pdf" else _image
    try:
        answer = read(data, content_type, page if what == "show" else None)
    except PermissionError:
        return LOCKED
    except Exception:  # noqa: BLE001 - whatever a damaged document does to the libraries
        return BROKEN
    sys.stdout.buffer.write(answer)
    return 0


def _pdf(data: bytes, _: str, page: int | None) -> bytes:
    import pypdfium2  # noqa: PLC0415 - read under the limits

    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        raise (
            PermissionError if getattr(error, "err_code", None) == _PDFIUM_PASSWORD else ValueError
        ) from None
    pages = len(document)
    if not 1 <= pages <= _PAGES:
        raise ValueError
    shown = document[page - 1 if page else 0]
    width, height = shown.get_size()
    scale = min(_WIDEST / max(width, 1), 3 * _WIDEST / max(height, 1), 4)
    if page is None:
        return json.dumps({"pages": pages}).encode()
    return _png(shown.render(scale=scale).to_pil())


def _image(data: bytes, content_type: str, page: int | None) -> bytes:
    from PIL import Image, ImageOps  # noqa: PLC0415 - read under the limits

    Image.MAX_IMAGE_PIXELS = _PIXELS
    kind = content_type.removeprefix("image/").upper()
    with Image.open(io.BytesIO(data), formats=[kind]) as image:
        if image.width * image.height > _PIXELS:
            raise ValueError
        image.draft("RGB", (2 * _WIDEST, 6 * _WIDEST))
        image.load()
        if page is None:
            return b"{}"
        if page != 1:
            raise ValueError
        return _png(ImageOps.exif_transpose(image))


def _png(image: Any) -> bytes:
    """Pixels alone: nothing that the document carried besides."""
    image = image.convert("RGB")
    image.thumbnail((_WIDEST, 3 * _WIDEST))
    made = io.BytesIO()
    image.save(made, "PNG")
    return made.getvalue()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2], int(sys.argv[3]) if len(sys.argv) > 3 else 1))
