#!/usr/bin/env python3
# ruff: noqa: T201 - it talks to whoever runs it
"""Check a downloaded access log: `python3 citizen_verifier.py innsynslogg.json`.

One file, Python's standard library alone (3.9 or newer), nothing is sent anywhere. It checks
1. that each row is the one that was written (its hash),
2. that no row was taken out: rows are numbered 1, 2, 3 … and each names the hash of the one before,
3. that each row was sealed: its proof leads to a head signed by the service (Ed25519, RFC 8032).
Chains of former numbers that were joined with this one are checked in the same way.

`--earlier OLD.json` (may be repeated): the rows of an earlier download must stand unchanged in this one; that
shows that nothing was taken out at the end either. `--key HEX`: accept signatures of this public key alone,
as the service has published it. `--heads FILE`: heads kept by someone else; those in the log must be there.
Exit status 0: all is right. 1: it is not, and each fault is told. 2: the file cannot be read.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

Json = Any  # as the file has it: what does not fit is told of
Point = Any  # of the curve, in extended coordinates: four whole numbers
FORMAT = "akson-access-log-1"
COLUMNS = (
    *("person_id", "seq", "event_id", "at", "db_role", "actor_kind", "actor_hash", "actor_name"),
    *("hpr_number", "role", "organisation", "organisation_name", "place", "place_name", "basis", "reason"),
    *("relation", "action", "items", "outcome", "outcome_code", "correlation_id"),
    *("attestation_id", "withheld", "app", "app_name"),
)
COVERED = {1: -4, 2: -2, 3: len(COLUMNS)}  # columns by form
HEAD_FIELDS = ("number", "at", "rows", "size", "root", "prev", "key")


def sha256(data: bytes) -> bytes:
    """The hash that is used throughout."""
    return hashlib.sha256(data).digest()


# --- Ed25519 verification, RFC 8032 sections 5.1.3, 5.1.4 and 5.1.7 ---------------------------------------
P = 2**255 - 19
Q = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT_OF_MINUS_ONE = pow(2, (P - 1) // 4, P)


def add(a: Point, b: Point) -> Point:
    """The sum of two points."""
    u, v = (a[1] - a[0]) * (b[1] - b[0]) % P, (a[1] + a[0]) * (b[1] + b[0]) % P
    c, z = 2 * a[3] * b[3] * D % P, 2 * a[2] * b[2] % P
    e, f, g, h = v - u, z - c, z + c, v + u
    return (e * f % P, g * h % P, f * g % P, e * h % P)


def multiply(scalar: int, point: Point) -> Point:
    """A point taken `scalar` times."""
    result = (0, 1, 1, 0)
    while scalar > 0:
        if scalar & 1:
            result = add(result, point)
        point, scalar = add(point, point), scalar >> 1
    return result


def same_point(a: Point, b: Point) -> bool:
    """Whether two points are one, whatever their coordinates' scale."""
    return bool((a[0] * b[2] - b[0] * a[2]) % P == 0 and (a[1] * b[2] - b[1] * a[2]) % P == 0)


def recover_x(y: int, sign: int) -> int | None:
    """The x that belongs to y; None where there is none."""
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    if square == 0:
        return None if sign else 0
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT_OF_MINUS_ONE % P
    if (x * x - square) % P:
        return None
    return P - x if x & 1 != sign else x


def decompress(data: bytes) -> Point | None:
    """A point from its 32 bytes."""
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & ((1 << 255) - 1)
    x = recover_x(y, sign)
    return None if x is None else (x, y, 1, x * y % P)


BASE = decompress((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))


def signature_is_right(public_key: bytes, message: bytes, signature: bytes) -> bool:
    """Whether the key's owner signed exactly this message."""
    if len(public_key) != 32 or len(signature) != 64:
        return False
    a, r = decompress(public_key), decompress(signature[:32])
    s = int.from_bytes(signature[32:], "little")
    if a is None or r is None or s >= Q:
        return False
    h = int.from_bytes(hashlib.sha512(signature[:32] + public_key + message).digest(), "little") % Q
    return same_point(multiply(s, BASE), add(r, multiply(h, a)))


# --- heads -------------------------------------------------------------------------------------------------
def signed_bytes(head: Json) -> bytes:
    """What a head's signature covers."""
    fields = [head[name] for name in HEAD_FIELDS]
    return b"akson-log-head-v1\n" + json.dumps(fields, separators=(",", ":")).encode()


def follows(head: Json, before: Json) -> bool:
    """Whether a head names the one before it; only between neighbours can that be told."""
    if before is None or head["number"] != before["number"] + 1:
        return before is None or head["number"] > before["number"]
    return bool(bytes.fromhex(head["prev"]) == sha256(signed_bytes(before)))


def check_heads(log: Json, accepted: dict[str, bytes]) -> tuple[list[str], dict[int, Json]]:
    """Faults of the heads, and the heads that are right by their numbers."""
    faults: list[str] = []
    good: dict[int, Json] = {}
    before: Json = None
    for head in log["heads"]:
        number, key = head["number"], accepted.get(head["key"])
        if not follows(head, before):
            faults.append(f"head {number}: does not follow from the head before it")
        if key is None:
            faults.append(f"head {number}: signed by a key that is not accepted")
        elif not signature_is_right(key, signed_bytes(head), bytes.fromhex(head["signature"])):
            faults.append(f"head {number}: the signature is wrong")
        else:
            good[number] = head
        before = head
    return faults, good


# --- rows --------------------------------------------------------------------------------------------------
def row_text(row: Json) -> str:
    """The text that a row's hash is of: its form, and the columns that the form covers."""
    covered = COLUMNS[: COVERED.get(row["format"], 0)]
    return json.dumps([row["format"], *map(row.get, covered)], ensure_ascii=False)


def in_form(row: Json) -> bool:
    """A row has nothing in the columns that its form, and so its hash, does not cover."""
    form = row["format"]
    return form in COVERED and all(row.get(name) is None for name in COLUMNS[COVERED[form] :])


def root_from(leaf: bytes, position: int, size: int, proof: Sequence[bytes]) -> bytes | None:
    """RFC 6962: up from the leaf; None when the proof has not the form of one for that place."""
    left, here, last = list(proof), leaf, size - 1
    if not 0 <= position < size:
        return None
    while last:
        if position ^ 1 <= last:
            if not left:
                return None
            beside = left.pop(0)
            here = sha256(b"\x01" + (beside + here if position & 1 else here + beside))
        position, last = position >> 1, last >> 1
    return None if left else here


def check_row(row: Json, place: int, previous: bytes, person: str) -> list[str]:
    """Faults of a row as the one in this place of the chain."""
    faults = []
    if row["person_id"] != person:
        faults.append("is of another person")
    if row["seq"] != place:
        faults.append(f"stands in the place of row {place}: rows were taken out or moved")
    if bytes.fromhex(row["prev"]) != previous:
        faults.append("does not follow from the row before it")
    found = sha256(bytes.fromhex(row["prev"]) + row_text(row).encode())
    if found != bytes.fromhex(row["hash"]) or not in_form(row):
        faults.append("was changed after it was written")
    return faults


def check_seal(row: Json, heads: dict[int, Json]) -> list[str]:
    """Faults of a row's seal."""
    if (seal := row["seal"]) is None:
        return []
    head = heads.get(seal["head"])
    if head is None:
        return [f"its head {seal['head']} is missing or not right"]
    leaf = sha256(b"\x00P" + bytes.fromhex(row["hash"]))
    proof = [bytes.fromhex(one) for one in seal["proof"]]
    if root_from(leaf, seal["position"], head["size"], proof) != bytes.fromhex(head["root"]):
        return ["its proof does not lead to the signed root"]
    return []


def chains(log: Json) -> list[Json]:
    """The person's chain, and those of former numbers that were joined with it."""
    return [log, *log.get("former", [])]


def check_rows(chain: Json, heads: dict[int, Json]) -> tuple[list[str], int]:
    """Faults of a chain, and how many rows at its end have no seal yet."""
    faults: list[str] = []
    unsealed, place, person = 0, 0, chain["person"]
    previous = sha256(bytes.fromhex(person.replace("-", "")))
    for row in chain["rows"]:
        found = check_row(row, place + 1, previous, person) + check_seal(row, heads)
        if row["seal"] is not None and unsealed:
            found.append("a row before it has no seal")
        faults += [f"row {row['seq']}: {one}" for one in found]
        place, previous = row["seq"], bytes.fromhex(row["hash"])
        unsealed = unsealed + 1 if row["seal"] is None else 0
    return faults, unsealed


# --- the whole file ----------------------------------------------------------------------------------------
def check_earlier(log: Json, earlier: Json) -> list[str]:
    """Rows of an earlier download that are gone, or stand otherwise now."""
    now = {chain["person"]: {row["seq"]: row["hash"] for row in chain["rows"]} for chain in chains(log)}
    faults = []
    for chain in chains(earlier):
        if chain["person"] not in now:
            return ["the earlier download is of another person"]
        rows = now[chain["person"]]
        changed = [row["seq"] for row in chain["rows"] if rows.get(row["seq"]) != row["hash"]]
        faults += [f"row {seq}: stood otherwise in the earlier download, or is gone" for seq in changed]
    return faults


def check_witness(log: Json, lines: Iterable[str]) -> list[str]:
    """Heads of the log that are not among those kept elsewhere."""
    known = {head["number"]: head for head in map(json.loads, lines)}
    others = [head["number"] for head in log["heads"] if known.get(head["number"]) != head]
    return [f"head {number}: is not the one that was kept elsewhere" for number in others]


def read(path: str) -> Json:
    """A downloaded log; raises ValueError for another form."""
    log = json.loads(Path(path).read_text(encoding="utf-8"))
    if log.get("format") != FORMAT:
        raise ValueError(f"this verifier reads {FORMAT}")
    return log


def check(
    log: Json, key: str | None = None, earlier: Sequence[Json] = (), witness: Sequence[str] | None = None
) -> tuple[list[str], int]:
    """Every fault in words, and the number of rows not yet sealed. Raises on what is no log."""
    keys = {name: bytes.fromhex(text) for name, text in log["keys"].items()}
    accepted = {name: value for name, value in keys.items() if sha256(value).hex()[:16] == name}
    if key is not None:
        accepted = {name: value for name, value in accepted.items() if value == bytes.fromhex(key)}
    faults, heads = check_heads(log, accepted)
    unsealed = 0
    for chain in chains(log):
        found, more = check_rows(chain, heads)
        faults += found if chain is log else [f"former chain {chain['person']}, {one}" for one in found]
        unsealed += more
    for other in earlier:
        faults += check_earlier(log, other)
    if witness is not None:
        faults += check_witness(log, witness)
    return faults, unsealed


def main(arguments: list[str] | None = None) -> int:
    """The command."""
    parser = argparse.ArgumentParser(description="Check a downloaded access log.")
    parser.add_argument("file")
    parser.add_argument("--earlier", action="append", default=[], metavar="OLD.json")
    parser.add_argument("--key", metavar="HEX")
    parser.add_argument("--heads", metavar="FILE")
    chosen = parser.parse_args(arguments)
    try:
        log = read(chosen.file)
        witness = Path(chosen.heads).read_text(encoding="utf-8").splitlines() if chosen.heads else None
        faults, unsealed = check(log, chosen.key, [read(path) for path in chosen.earlier], witness)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        print(f"The file cannot be read as a log ({type(error).__name__}: {error}).")
        return 2
    for fault in faults:
        print(fault)
    if unsealed:
        print(f"{unsealed} of the newest rows had no seal yet when the file was made: download it again.")
    for name, text in log["keys"].items():
        print(f"Signed with the key {text} ({name}). Compare it with the one the service has published.")
    rows = sum(len(chain["rows"]) for chain in chains(log))
    print(f"{rows} rows, {len(log['heads'])} heads: {'NOT RIGHT' if faults else 'all is right'}.")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
