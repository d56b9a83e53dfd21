"""`python -m dev.generator --out tests/messages` writes the catalogue, and the faulty ones below `bad/`."""

from __future__ import annotations

import argparse
from pathlib import Path

from dev.generator.bad import bad_messages
from dev.generator.catalogue import catalogue


def write_all(out: Path) -> int:
    """Write both sets; returns the number of files."""
    count = 0
    for folder, messages in ((out, catalogue()), (out / "bad", bad_messages())):
        folder.mkdir(parents=True, exist_ok=True)
        for name, body in messages.items():
            (folder / name).write_bytes(body)
            count += 1
    return count


def main() -> None:
    """Parse the command line and write."""
    parser = argparse.ArgumentParser(prog="python -m dev.generator", description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="folder to write to")
    arguments = parser.parse_args()
    print(f"{write_all(arguments.out)} messages written to {arguments.out}")  # noqa: T201


if __name__ == "__main__":
    main()
