"""The one table of what is done with faults in a message.

Three outcomes: a `warning` is taken in and told; `attention` waits for a person, because storing it could
harm the patient; `reject` is sent back, because nothing in it can be kept for anyone. The reason says what is
safe for the patient. Sources: design of the intake, HIS 80415 (AppRec), HIS 80822, HITS 1102.
"""

from __future__ import annotations

from results_service.reports.svarrapport.model import Issue, Rule
from results_service.reports.svarrapport.schema_rules import SCHEMA_RULES


def _table(*rules: Rule) -> dict[str, Rule]:
    return {rule.code: rule for rule in rules}


RULES: dict[str, Rule] = _table(
    # -- the message as such
    Rule(
        "unknown-message-type",
        "reject",
        "Send a svarrapport v1.3 or v1.4 (root element Message in a labsvar namespace).",
        "Only the two versions whose meaning is known can be shown correctly.",
    ),
    Rule(
        "message-id-missing",
        "reject",
        "Give the message a MsgId (a UUID) and send it again.",
        "Without it neither copies nor receipts can be told apart.",
    ),
    Rule(
        "message-id-not-uuid",
        "warning",
        "Use a UUID as MsgId: HIS 80415 requires it.",
        "Laboratories in the field use other forms; refusing them would hide results.",
    ),
    Rule(
        "generated-date-missing",
        "reject",
        "Give the message a readable GenDate and send it again.",
        "GenDate decides which version is the newest; a guess could hide a correction.",
    ),
    Rule(
        "generated-date-in-future",
        "attention",
        "GenDate is more than a day ahead: set the sending system's clock right and send the report again.",
        "The newest GenDate is shown: one in the future would hide every later correction.",
    ),
    Rule(
        "report-missing",
        "reject",
        "Put the report (ServReport) into the message and send it again.",
        "There is nothing to keep.",
    ),
    Rule(
        "several-reports",
        "reject",
        "Send one report (ServReport) in each message: v1.4 has room for one alone, of v1.3 at most 100 are"
        " taken.",
        "Receipts and versions are kept for each report; half a message must not be taken in.",
    ),
    Rule(
        "envelope-patient-differs",
        "attention",
        "The envelope (MsgHead) and the report name different persons: tell which one the report is about.",
        "A result on the wrong person harms two patients.",
    ),
    # -- the report
    Rule(
        "report-type-unknown",
        "attention",
        "Set ServReport/ServType to N, M or C (code set 7309).",
        "Whether a report replaces or cancels an earlier one is not guessed.",
    ),
    Rule(
        "report-status-unknown",
        "attention",
        "Set ServReport/Status to P, F, A or S (code set 7306).",
        "A preliminary answer must not be shown as a final one.",
    ),
    Rule(
        "report-id-missing",
        "attention",
        "Give the report a ServProvId: without it later changes cannot find it.",
        "A change or cancellation would not reach the report it corrects.",
    ),
    Rule(
        "report-kind-unknown",
        "warning",
        "Set ServReport/MsgDescr to a code of 8202.",
        "The results are shown all the same, among laboratory results.",
    ),
    Rule(
        "kind-not-registered",
        "attention",
        "The sender is not registered for this kind of report: have it registered, then it is taken in.",
        "The laboratory is known and its report is kept: a refusal could lose a result for good.",
    ),
    Rule(
        "report-date-missing",
        "warning",
        "Give the report a readable IssueDate (the date of its first version).",
        "The date of this version stands in for it; nothing is hidden.",
    ),
    Rule(
        "sender-missing",
        "attention",
        "Name the laboratory in ServReport/ServProvider with its HER-id or organisation number.",
        "Reports are kept by sender; without one a correction could replace another laboratory's report.",
    ),
    # -- the person
    Rule(
        "patient-missing",
        "attention",
        "Name the person the report is about (ServReport/Patient).",
        "A result without a person can be shown to nobody; it is not given to a guessed one.",
    ),
    Rule(
        "subject-not-person",
        "attention",
        "This service keeps results of persons; the report is about an animal or a material.",
        "It must not end up in a person's record by the owner's or another's number.",
    ),
    Rule(
        "several-patients",
        "attention",
        "Send one person's results in each report (more than one Patient was found).",
        "A child's or another person's results must not be shown as the patient's.",
    ),
    Rule(
        "national-id-missing",
        "attention",
        "Give the patient's national identity number in OffId, or tell who the patient is.",
        "Name and birth date alone do not identify a person safely.",
    ),
    Rule(
        "national-id-several",
        "attention",
        "Give the patient one national identity number: OffId and what stands beside it name different ones.",
        "One of the two could be another person's.",
    ),
    Rule(
        "national-id-spaces",
        "warning",
        "Send OffId as eleven digits without spaces.",
        "The eleven digits with their check digits are unmistakable without the spaces.",
    ),
    Rule(
        "national-id-format",
        "attention",
        "Correct the patient's OffId: it must be eleven digits.",
        "A wrong number could be another person's.",
    ),
    Rule(
        "national-id-check-digit",
        "attention",
        "Correct the patient's OffId: its check digits are wrong.",
        "A number with a typing error could be another person's.",
    ),
    Rule(
        "national-id-date",
        "attention",
        "Correct the patient's OffId: it holds no possible birth date.",
        "A number with a typing error could be another person's.",
    ),
    Rule(
        "national-id-type",
        "warning",
        "Set TypeOffId to what the number is (FNR, DNR or FHN).",
        "The number itself tells its kind and its check digits are right.",
    ),
    Rule(
        "national-id-local",
        "attention",
        "Send a national identity number: a local number (HNR) identifies nobody elsewhere.",
        "A local number can be another person's number at another place.",
    ),
    Rule(
        "national-id-in-text",
        "warning",
        "Leave the patient's number out of comments and of other identifiers.",
        "It is masked where it stood; the words around it are shown as sent.",
    ),
    Rule(
        "birth-date-differs",
        "warning",
        "Check the patient: DateOfBirth and OffId disagree.",
        "The number decides, as in every journal; the operator sees the doubt and can ask.",
    ),
    Rule(
        "sex-differs",
        "warning",
        "Check the patient: Sex and OffId disagree.",
        "The number decides, as in every journal; the operator sees the doubt and can ask.",
    ),
    # -- dates, numbers, codes
    Rule(
        "date-unreadable",
        "warning",
        "Send the date as YYYY-MM-DD, with or without a time.",
        "The result is shown with the dates that can be read; no date is guessed.",
    ),
    Rule(
        "number-unreadable",
        "warning",
        "Send NumResultValue as a number with a decimal point.",
        "The value is shown as text exactly as sent; it is not read as a number, so that 1,500 is not 1.5.",
    ),
    Rule(
        "comparator-inexact",
        "warning",
        "Use LT, LE, GE or GT where they say the same (code set 8239).",
        "The value is shown as text with its operator, never as a plain number.",
    ),
    Rule(
        "code-system-7230",
        "warning",
        "Send NLK codes with code system 7280: OID 7230 is not the laboratory code set.",
        "The code exists in NLK, so that the result finds its place beside the others.",
    ),
    Rule(
        "item-type-unknown",
        "warning",
        "Set the item's ServType to N, M, C, H or A (code set 8270).",
        "The result is shown with status unknown; it is not taken for a final one.",
    ),
    Rule(
        "item-status-unknown",
        "warning",
        "Set StatusInvestigation to a code of 8245.",
        "The result is shown with status unknown; it is not taken for a final one.",
    ),
    # -- the tree of results
    Rule(
        "result-id-duplicate",
        "warning",
        "Give every result its own IdResultItem within the report.",
        "References to it are left open rather than tied to a guessed result.",
    ),
    Rule(
        "result-reference-dangling",
        "warning",
        "RefIdResultItem must name the IdResultItem of one result of the same report.",
        "The result is shown by itself; it is not put under a guessed one.",
    ),
    Rule(
        "result-reference-loop",
        "warning",
        "Results must not refer to each other in a circle, or more than 100 deep (RefIdResultItem).",
        "Every result is shown; the one reference that cannot be followed is left out.",
    ),
    Rule(
        "results-too-deep",
        "attention",
        "Nest results at most 32 deep.",
        "A tree must be shown whole or not at all.",
    ),
    Rule(
        "specimen-reference-dangling",
        "warning",
        "RefAnalysedSubject must name the IdByServProvider of a specimen of the same report.",
        "The result is shown without a specimen; its sampling date is not guessed.",
    ),
    Rule(
        "specimen-id-duplicate",
        "warning",
        "Give every specimen its own IdByServProvider within the report.",
        "References to it are left open, so that no result gets another specimen's sampling date.",
    ),
    *SCHEMA_RULES,
)


def issue(code: str, path: str = "", line: int | None = None) -> Issue:
    """The issue of a rule, with the place in the message it is about. `code` must stand in `RULES`."""
    rule = RULES[code]
    return Issue(rule.code, rule.severity, rule.message, line, path or None)
