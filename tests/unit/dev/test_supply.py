"""The bill of materials holds all that is locked; an audit that could not ask is not one that passed."""

from __future__ import annotations

import json
import re

import httpx
import pytest

from dev.supply import (
    NOT_ASKED,
    ROOT,
    Package,
    bill_of_materials,
    browser_packages,
    python_packages,
    run_audit,
)

PACKAGES = [
    Package("a", "1", "pkg:pypi/a@1", (("SHA-256", "0" * 64),)),
    Package("b", "2", "pkg:npm/b@2", ()),
]


def answering(answer: httpx.Response) -> httpx.Client:
    return httpx.Client(transport=httpx.MockTransport(lambda _: answer))


def test_every_locked_python_package_is_in_the_bill_with_its_hashes() -> None:
    lock = (ROOT / "requirements" / "product.lock").read_text()
    found = list(python_packages())
    assert len(found) == len(re.findall(r"^\w[^=\n]*==", lock, re.MULTILINE))
    assert sum(len(package.hashes) for package in found) == lock.count("--hash=sha256:")
    assert {"psycopg", "reflex", "joserfc"} <= {package.name for package in found}


def test_every_locked_browser_package_is_in_the_bill_with_its_hash() -> None:
    found = list(browser_packages())
    assert {"@navikt/ds-react", "react"} <= {package.name for package in found}
    assert all(package.hashes and len(package.hashes[0][1]) == 128 for package in found)


def test_the_bill_is_cyclonedx_names_each_once_and_is_the_same_for_the_same_locks() -> None:
    packages = [*python_packages(), *browser_packages()]
    bill = bill_of_materials(packages, "0.1.0")
    assert (bill["bomFormat"], bill["specVersion"], bill["version"]) == ("CycloneDX", "1.6", 1)
    assert re.fullmatch(r"urn:uuid:[0-9a-f-]{36}", bill["serialNumber"])
    refs = [component["bom-ref"] for component in bill["components"]]
    assert len(refs) == len(set(refs)) == len(packages)
    assert set(bill["dependencies"][0]["dependsOn"]) == set(refs)
    assert json.dumps(bill_of_materials(list(reversed(packages)), "0.1.0")) == json.dumps(bill)


def test_given_nothing_known_then_the_audit_passes(capsys: pytest.CaptureFixture[str]) -> None:
    with answering(httpx.Response(200, json={"results": [{}, {}]})) as http:
        assert run_audit(PACKAGES, http, tolerate_offline=False) == 0
    assert "2 packages asked about, 0 with" in capsys.readouterr().out


@pytest.mark.parametrize("tolerate", [True, False])
def test_given_a_known_vulnerability_then_the_audit_fails_and_names_it(
    capsys: pytest.CaptureFixture[str], tolerate: bool
) -> None:
    with answering(httpx.Response(200, json={"results": [{"vulns": [{"id": "GHSA-x"}]}, {}]})) as http:
        assert run_audit(PACKAGES, http, tolerate_offline=tolerate) == 1
    assert "pkg:pypi/a@1: GHSA-x" in capsys.readouterr().out


@pytest.mark.parametrize("answer", [httpx.Response(503), httpx.Response(200, text="<html>")])
def test_given_no_answer_then_it_says_that_nothing_was_asked(
    capsys: pytest.CaptureFixture[str], answer: httpx.Response
) -> None:
    with answering(answer) as http:
        assert run_audit(PACKAGES, http, tolerate_offline=False) == NOT_ASKED
        assert run_audit(PACKAGES, http, tolerate_offline=True) == 0
    assert capsys.readouterr().out.count("AUDIT NOT DONE") == 2


def test_no_lock_file_names_a_registry() -> None:
    for lock in (ROOT / "requirements").glob("*.lock"):
        assert "--index-url" not in lock.read_text(), lock
