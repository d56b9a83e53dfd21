"""What may be hidden when a clinician asks for the abnormal only.

No flag is not the same as normal. Only a final number without flag and comment, surely inside the range that
the laboratory stated, counts as settled; everything else is abnormal or undecided and stays in sight.
"""

from portal.clinician.results.transform.reading import Item
from portal.clinician.results.transform.reports import Report


def settled(item: Item) -> bool:
    """Whether an item and all below it are surely normal."""
    own = item.status == "final" and item.value.kind == "quantity" and item.judged == "inside"
    quiet = not (item.flag or item.notes or item.extras)
    return own and quiet and all(settled(child) for child in item.children)


def report_settled(report: Report) -> bool:
    """Whether a whole report is surely normal. One without results never is."""
    quiet = not (report.comments or report.coded_comments or report.notices or report.preliminary)
    final = report.status == "final" and report.discipline == "laboratory"
    return quiet and final and bool(report.roots) and all(settled(root) for root in report.roots)


def outside_unflagged(item: Item) -> bool:
    """A value outside the stated range that the laboratory has not flagged: our mark, shown as ours."""
    return not item.flag and item.judged in ("above", "below")
