"""Look-ups under faults: clinicians and citizens who ask without pause, and what they were answered."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections import Counter, deque
from dataclasses import dataclass, field
from random import Random

import httpx

from dev.personas import RegisterFile
from kit.errors import AksonError
from kit.identity import audiences
from kit.settings import Settings
from tests.faults.caller import Caller
from tests.faults.gate import Gate
from tests.faults.load import Load
from tests.faults.questions import (
    CLOSED,
    OWN,
    RESTRICTED,
    Question,
    of_growing,
    own_scopes,
    restrict,
    standing,
)

ANSWERED = (200, 304)
_UNAVAILABLE = 503
_PAUSE = 0.25  # after what was not answered
_USED = 5  # requests kept, to be sent again after a fault
_KNOWN, _GOES_AWAY, _GROWING = 0.1, 0.04, 0.35  # shares of the look-ups
_PERSONAS = ("lege-koman", "lege-lin", "sykehuslege", OWN, RESTRICTED, CLOSED)


@dataclass
class Asked:
    """One look-up as sent. `status` None: no whole answer came; `shown`: entries by kind in what came."""

    question: Question
    correlation: str
    status: int | None = None
    shown: Counter[str] = field(default_factory=Counter)
    total: int = 0
    reports: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Calm:
    status: int
    body: bytes
    etag: str | None


class LookUps:
    """The askers and what they know."""

    def __init__(
        self, settings: Settings, http: httpx.AsyncClient, registers: RegisterFile, load: Load, seed: int
    ) -> None:
        self.asked: list[Asked] = []
        self.outcomes: Counter[str] = Counter()  # by HTTP status or kind of failure
        self.surprises: list[str] = []  # answers that nobody should see
        self._settings, self._load, self._seed = settings, load, seed
        self._standing = list(standing(registers))
        self._calm: dict[Question, _Calm] = {}
        self._seen: Counter[str] = Counter()  # person → the most reports that an ended look-up has shown
        self._callers = {
            name: Caller(settings, http, name, audiences.RESULTS, own_scopes(audiences.RESULTS))
            for name in _PERSONAS
        }
        self._citizens = {
            name: Caller(settings, http, name, audiences.CORE_RECORD, own_scopes(audiences.CORE_RECORD))
            for name in (RESTRICTED, CLOSED)
        }
        self._gate = Gate()
        self._http = http
        self._used: deque[httpx.Request] = deque(maxlen=_USED)
        self._random = Random(f"{seed}/calm")  # noqa: S311 - predictable on purpose
        self._numbers = itertools.count(1)

    async def prepare(self) -> None:
        """Before the first fault: what is restricted, and the answer to each standing question."""
        before = await self._in_calm()
        await restrict(self._citizens, self._settings.core_record_url)
        await self._in_calm()
        self._expect_differences(before)

    async def _in_calm(self) -> dict[str, int]:
        """Ask each standing question and keep its answer; the totals by name."""
        totals = {}
        self._calm.clear()  # ask for the whole answer
        for question in self._standing:
            asked, answer = await self._send(question, self._random, going=False)
            assert answer is not None, f"{question.name}: no answer before any fault"
            self._calm[question] = _Calm(answer.status_code, answer.content, answer.headers.get("etag"))
            self._note(asked, answer)
            totals[question.name] = asked.total
        return totals

    def _expect_differences(self, before: dict[str, int]) -> None:
        """The questions are worth asking: what is restricted is withheld, and everything else is there."""
        status = {q.name: calm.status for q, calm in self._calm.items()}
        assert status.pop("everything closed") == 403
        assert set(status.values()) == {200}, status
        total = {q.name: json.loads(calm.body).get("total") for q, calm in self._calm.items()}
        assert total["nobody"] == 0
        assert 0 < total["a field closed"] < before["a field closed"], total
        assert total["everything closed, opened"] == before["everything closed"] > 0
        assert total["the listed GP"] > 0

    async def run(self, asker: int, pause: float) -> None:
        """One asker, until cancelled."""
        random = Random(f"{self._seed}/asker/{asker}")  # noqa: S311 - predictable on purpose
        while True:
            async with self._gate.through():
                whole = await self.ask(random)
            await asyncio.sleep(random.uniform(0, 2 * pause) if whole else _PAUSE)

    async def rest(self) -> None:
        """Let every look-up under way end, and ask nothing more."""
        await self._gate.close()

    def go_on(self) -> None:
        """Ask again."""
        self._gate.open()

    async def ask(self, random: Random) -> bool:
        """One look-up; whether it was answered as it is when all is well."""
        question = self._choose(random)
        least = self._least(question)
        asked, answer = await self._send(question, random, going=random.random() < _GOES_AWAY)
        if answer is not None:
            self._note(asked, answer)
            self._check(asked, answer, least)
        return answer is not None and answer.status_code in (*ANSWERED, 403)

    async def replay(self) -> None:
        """Send look-ups that were answered before a fault once more, proof and all: none may be let in."""
        for request in list(self._used):
            try:
                answer = await self._http.send(request)
            except httpx.TransportError:
                continue  # not yet there, which lets nobody in either
            self.outcomes[f"proof used again: HTTP {answer.status_code}"] += 1
            if answer.status_code not in (401, _UNAVAILABLE):
                self.surprises.append(f"a proof used again: HTTP {answer.status_code}")

    async def everyone(self) -> None:
        """Each standing question until it is answered: a clinician and a citizen get their answers again."""
        for question in self._standing:
            while True:
                asked, answer = await self._send(question, self._random, going=False)
                if answer is not None:
                    self._note(asked, answer)
                    self._check(asked, answer, 0)
                    if answer.status_code in (*ANSWERED, 403):
                        break
                await asyncio.sleep(_PAUSE)

    async def totals(self, random: Random, persons: int) -> dict[str, int]:
        """In calm: how many reports a look-up shows, for some of those whose messages came meanwhile."""
        numbers = sorted(self._load.by_person)
        found = {}
        for number in random.sample(numbers, min(persons, len(numbers))):
            asked, answer = await self._send(of_growing(number), random, going=False)
            if answer is None or answer.status_code != 200:
                self.surprises.append("a look-up in calm was not answered")
                continue
            self._note(asked, answer)
            self._check(asked, answer, 0)
            found[number] = asked.total
        return found

    def _choose(self, random: Random) -> Question:
        growing = [number for number in self._load.latest if number in self._load.by_person]
        if growing and random.random() < _GROWING:
            return of_growing(random.choice(growing))
        return random.choice(self._standing)

    def _least(self, question: Question) -> int:
        """Reports that are known to be stored, and must be in an answer to a question sent now."""
        if not question.growing:
            return 0
        letters = self._load.by_person[question.number]
        told = {letter.report for letter in letters if letter.report and "processed" in letter.told}
        return max(len(told), self._seen[question.number])

    async def _send(
        self, question: Question, random: Random, *, going: bool
    ) -> tuple[Asked, httpx.Response | None]:
        asked = Asked(question, f"faults-{self._seed}-{next(self._numbers)}")
        self.asked.append(asked)
        headers = {"person-id": question.number, "correlation-id": asked.correlation, **question.declared}
        calm = self._calm.get(question)
        if calm is not None and calm.etag and random.random() < _KNOWN:
            headers["if-none-match"] = calm.etag
        patience = random.uniform(0.002, 0.04) if going else 30.0  # who goes away does so soon
        url = self._settings.results_url + question.path
        try:
            answer = await self._callers[question.persona].call(
                "POST", url, data=question.form, headers=headers, timeout=patience
            )
        except (httpx.TransportError, httpx.DecodingError, AksonError) as error:
            self.outcomes["went away" if going else type(error).__name__] += 1
            return asked, None
        asked.status = answer.status_code
        self.outcomes[f"HTTP {answer.status_code}"] += 1
        if answer.status_code == 200:
            self._used.append(answer.request)
        return asked, answer

    def _note(self, asked: Asked, answer: httpx.Response) -> None:
        """What an answer shows; one that is not whole is a surprise."""
        if answer.status_code == 304:
            return
        try:
            told = json.loads(answer.content)
        except ValueError:
            self._surprise(asked, "is no JSON")
            return
        if answer.status_code != 200:
            return
        entries = [entry["resource"] for entry in told.get("entry", [])]
        asked.shown = Counter(e["resourceType"] for e in entries if e["resourceType"] != "OperationOutcome")
        asked.total = told.get("total", -1)
        asked.reports = tuple(e["id"] for e in entries if e["resourceType"] == "DiagnosticReport")
        matches = sum(entry.get("search", {}).get("mode") == "match" for entry in told.get("entry", []))
        if told.get("resourceType") != "Bundle" or matches != min(
            asked.total, int(asked.question.form["_count"])
        ):
            self._surprise(asked, f"says total {asked.total} and holds {matches} matches")
        named = {e["subject"]["identifier"]["value"] for e in entries if "subject" in e}
        if named - {asked.question.number}:
            self._surprise(asked, "names somebody else")

    def _check(self, asked: Asked, answer: httpx.Response, least: int) -> None:
        question, status = asked.question, answer.status_code
        calm = self._calm.get(question)
        if status in (401, _UNAVAILABLE):
            self._check_refusal(asked, answer)
        elif calm is not None:
            if status == 304 and answer.headers.get("etag") == calm.etag:
                return
            if status != calm.status or (status == 200 and answer.content != calm.body):
                self._surprise(asked, "is another answer than in calm")
        elif status != 200:
            self._surprise(asked, "should not be")
        else:
            most = len({x.group for x in self._load.by_person[question.number] if x.report})
            if not least <= asked.total <= most:
                self._surprise(asked, f"total {asked.total}, known stored {least}, begun {most}")
            self._seen[question.number] = max(self._seen[question.number], asked.total)

    def _check_refusal(self, asked: Asked, answer: httpx.Response) -> None:
        """503 says why; 401 can only be a nonce of before Valkey was emptied, twice in a row."""
        if answer.status_code == 401:
            if "use_dpop_nonce" not in answer.headers.get("www-authenticate", ""):
                self._surprise(asked, answer.text[:200])
        elif not answer.content:
            self._surprise(asked, "has no body")

    def _surprise(self, asked: Asked, text: str) -> None:
        self.surprises.append(f"{asked.correlation} ({asked.question.name}): HTTP {asked.status} {text}")
