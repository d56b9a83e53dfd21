"""The answers of the screens' API. Numbers are text with the digits that the laboratory sent."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from msgspec import UNSET, Struct, UnsetType

ValueKind = Literal["quantity", "text", "date", "range", "report", "none"]
NewKind = Literal["new", "changed", "cancelled", "notice"]


class Converted(Struct, frozen=True, rename="camel"):
    """A number that is ours, not the laboratory's: to be shown in a second line, with its source."""

    value: str
    comparator: str
    unit: str
    source: str


class Value(Struct, frozen=True, rename="camel", omit_defaults=True):
    """One result in the table, as sent. `report` is a place in the answer's `reports`.

    `at`: its sampling, or where `sampled` is false the date that it counts from (the answer's). `value` is
    the number, text or date; empty for a cancelled or unanswered one and where the report must be read.
    `more`: the report says more (a longer text, results below, a comment is `commented`). `behind`: the code
    of 8245 where `status` hides it. `preliminary`: still preliminary, whatever `status` says.
    """

    report: int
    id: str
    kind: ValueKind
    at: str
    sampled: bool = True
    value: str = ""
    comparator: str = ""
    unit: str = ""
    flag: str = ""
    flag_text: str = ""
    reference: str = ""
    status: str = ""
    behind: str = ""
    preliminary: bool = False
    history: bool = False
    commented: bool = False
    more: bool = False
    analysis: str = ""
    """Only where it is another than the row's: what was joined by an equivalence."""
    converted: Converted | None = None


class Join(Struct, frozen=True, rename="camel"):
    """An equivalence that applies here: results of `analysis` in `unit` stand in the row of another.

    Units are UCUM where known. `factor` and `added` are those of a conversion, as text.
    """

    analysis: str
    unit: str
    to_analysis: str
    to_unit: str
    kind: str
    source: str
    factor: str = "1"
    added: str = "0"
    decimals: int | None = None


class Row(Struct, rename="camel"):
    """One analysis in one unit, newest sampling first. `analysis`: the code's list and code, or of a local
    code sender, list and code. `unit`: as the newest has it."""

    analysis: str
    system: str
    code: str
    name: str
    unit: str
    unit_key: str
    values: list[Value]
    joins: list[Join] = []


class Group(Struct, rename="camel"):
    """Rows of one group of NLK; "" for those without."""

    name: str
    rows: list[Row]


class Field(Struct, rename="camel"):
    """Rows of one field of medicine (8202)."""

    code: str
    name: str
    groups: list[Group]


class ReportHead(Struct, frozen=True, rename="camel"):
    """A report that the table's values belong to."""

    id: str
    issued: str
    status: str
    preliminary: bool
    kind: str
    kind_code: str
    category: str
    laboratory: str


class NewReport(Struct, frozen=True, rename="camel"):
    """A report that is new or says something new. `kind`: `new`, `changed`, `cancelled`, or `notice` (a
    version waits for a person, and the shown report says so). `at`: when it came here."""

    id: str
    kind: NewKind
    at: datetime
    status: str
    preliminary: bool


class News(Struct, frozen=True, rename="camel"):
    """What came since. `since` is null when the caller has not looked before; then nothing is called new.

    `visit`: whether `since` is the start of the caller's last visit (else it was asked for). `total`: shown
    reports in all. `withheld`: the person has restricted some data, which are not here.
    """

    since: datetime | None
    visit: bool
    total: int
    reports: list[NewReport]
    withheld: bool = False


class Table(Struct, rename="camel"):
    """The cumulative table: every shown report of the person has its results in a row, or a row itself.

    `withheld`: the person has restricted some data, which are not here. `news` where asked for.
    """

    reports: list[ReportHead]
    fields: list[Field]
    withheld: bool = False
    news: News | UnsetType = UNSET
