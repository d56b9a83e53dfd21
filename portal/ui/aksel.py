"""Aksel (`@navikt/ds-react`, Nav's design system) as Reflex components.

Each name below makes one component: `button("Søk", on_click=..., size="small")`. Props that are declared here
reach React; anything else a caller gives becomes CSS, so a prop that is missing must be added here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import reflex as rx
from reflex.constants import MemoizationMode
from reflex.vars import Var

from portal.ui.packages import AKSEL

Make = Callable[..., rx.Component]
LIBRARY = f"@navikt/ds-react@{AKSEL}"


def _event(spec: Any) -> Any:
    """The declaration of an event prop whose arguments reach the handler as `spec` says."""
    return rx.EventHandler.__class_getitem__(spec)


on_text = _event(rx.event.passthrough_event_spec(str))
on_bool = _event(rx.event.passthrough_event_spec(bool))
on_number = _event(rx.event.passthrough_event_spec(int))
on_nothing = _event(rx.event.no_args_event_spec)
on_input = _event(rx.event.input_event)
on_checked = _event(rx.event.checked_input_event)

_TEXT, _BOOL, _ANY, _INT, _MAP = Var[str], Var[bool], Var[Any], Var[int], Var[dict[str, Any]]


_AROUND: dict[str, Any] = {
    "gap": _TEXT,
    "align": _TEXT,
    "justify": _TEXT,
    "padding": _ANY,
    "padding_block": _ANY,
    "padding_inline": _ANY,
    "width": _ANY,
    "max_width": _ANY,
    "min_width": _ANY,
    "height": _TEXT,
    "flex_grow": _TEXT,
    "background": _TEXT,
    "border_radius": _TEXT,
    "border_width": _TEXT,
    "border_color": _TEXT,
    "margin_block": _ANY,
    "margin_inline": _ANY,
    "overflow_x": _TEXT,
}
_FIELD: dict[str, Any] = {
    "label": _ANY,
    "hide_label": _BOOL,
    "name": _TEXT,
    "value": _TEXT,
    "default_value": _TEXT,
    "description": _ANY,
    "error": _ANY,
    "disabled": _BOOL,
    "read_only": _BOOL,
    "auto_complete": _TEXT,
}


class Aksel(rx.Component):
    """Props every Aksel component knows."""

    library = LIBRARY
    size: Var[str]
    variant: Var[str]
    as_: Var[str]


def _make(tag: str, *, together: bool = False, **props: Any) -> Make:
    """A component class for `tag`; `together` keeps its children in one React component with it."""
    body: dict[str, Any] = {"tag": tag, "__annotations__": props, "__module__": __name__}
    if together:  # compound components that look at their children
        body["_memoization_mode"] = MemoizationMode(recursive=False)
    name = "Aksel" + tag.replace(".", "")
    kind: Any = type(Aksel)
    create: Make = kind(name, (Aksel,), body | {"__qualname__": name}).create
    return create


# Text
heading = _make("Heading", level=_TEXT, spacing=_BOOL, align=_TEXT)
body_short = _make("BodyShort", spacing=_BOOL, weight=_TEXT, text_color=_TEXT, truncate=_BOOL, align=_TEXT)
body_long = _make("BodyLong", spacing=_BOOL, weight=_TEXT, text_color=_TEXT)
detail = _make("Detail", spacing=_BOOL, weight=_TEXT, text_color=_TEXT, uppercase=_BOOL)
label = _make("Label", html_for=_TEXT, spacing=_BOOL)
tag = _make("Tag", icon=_ANY)
link = _make("Link", href=_TEXT, inline_text=_BOOL, under_line=_BOOL)
read_more = _make("ReadMore", header=_ANY, open=_BOOL, default_open=_BOOL, on_open_change=on_bool)
copy_button = _make("CopyButton", copy_text=_TEXT, text=_TEXT, active_text=_TEXT, title=_TEXT)

# Layout
box = _make("Box", **_AROUND)
hstack = _make("HStack", wrap=_BOOL, **_AROUND)
vstack = _make("VStack", **_AROUND)
hgrid = _make("HGrid", columns=_ANY, **_AROUND)
spacer = _make("Spacer")
page_block = _make("Page.Block", gutters=_BOOL, **_AROUND)
show = _make("Show", above=_TEXT, below=_TEXT)
hide = _make("Hide", above=_TEXT, below=_TEXT)

# Actions and input
button = _make(
    "Button", loading=_BOOL, disabled=_BOOL, type=_TEXT, icon=_ANY, icon_position=_TEXT, href=_TEXT
)
search = _make(
    "Search",
    **_FIELD,
    clear_button=_BOOL,
    placeholder=_TEXT,
    html_size=_TEXT,
    on_change=on_text,
    on_clear=on_nothing,
    on_search_click=on_text,
)
text_field = _make(
    "TextField",
    **_FIELD,
    type=_TEXT,
    input_mode=_TEXT,
    html_size=_INT,
    max_length=_INT,
    auto_focus=_BOOL,
    on_change=on_input,
)
textarea = _make("Textarea", **_FIELD, max_length=_INT, min_rows=_INT, on_change=on_input)
select = _make("Select", **_FIELD, html_size=_TEXT, on_change=on_input)
checkbox = _make(
    "Checkbox",
    value=_TEXT,
    checked=_BOOL,
    description=_ANY,
    name=_TEXT,
    hide_label=_BOOL,
    on_change=on_checked,
)
checkbox_group = _make(
    "CheckboxGroup", legend=_ANY, description=_ANY, error=_ANY, hide_legend=_BOOL, value=_ANY
)
switch = _make(
    "Switch",
    checked=_BOOL,
    description=_ANY,
    hide_label=_BOOL,
    position=_TEXT,
    on_change=on_checked,
)
radio_group = _make(
    "RadioGroup",
    legend=_ANY,
    name=_TEXT,
    value=_TEXT,
    default_value=_TEXT,
    description=_ANY,
    error=_ANY,
    hide_legend=_BOOL,
    on_change=on_text,
)
radio = _make("Radio", value=_TEXT, description=_ANY)
chips = _make("Chips")
chips_toggle = _make("Chips.Toggle", selected=_BOOL, checkmark=_BOOL)
toggle_group = _make("ToggleGroup", value=_TEXT, label=_ANY, fill=_BOOL, on_change=on_text)
toggle_group_item = _make("ToggleGroup.Item", value=_TEXT, label=_ANY, icon=_ANY)
error_summary = _make("ErrorSummary", heading=_ANY)
error_summary_item = _make("ErrorSummary.Item", href=_TEXT)

# Messages and waiting
alert = _make(
    "Alert", inline=_BOOL, close_button=_BOOL, full_width=_BOOL, content_max_width=_BOOL, on_close=on_nothing
)
local_alert = _make("LocalAlert", status=_TEXT)
local_alert_header = _make("LocalAlert.Header")
local_alert_title = _make("LocalAlert.Title")
local_alert_content = _make("LocalAlert.Content")
info_card = _make("InfoCard")
guide_panel = _make("GuidePanel", poster=_BOOL)
loader = _make("Loader", title=_ANY)
skeleton = _make("Skeleton", width=_ANY, height=_ANY)

# Tables and structure
table = _make("Table", zebra_stripes=_BOOL, sort=_MAP, on_sort_change=on_text, sticky_header=_BOOL)
table_header = _make("Table.Header")
table_body = _make("Table.Body")
table_row = _make("Table.Row", selected=_BOOL, shade_on_hover=_BOOL, on_row_click=on_nothing)
table_expandable_row = _make(
    "Table.ExpandableRow",
    content=_ANY,
    toggle_placement=_TEXT,
    default_open=_BOOL,
    open=_BOOL,
    on_open_change=on_bool,
    expand_on_row_click=_BOOL,
    col_span=_INT,
)
table_header_cell = _make("Table.HeaderCell", scope=_TEXT, align=_TEXT, text_size=_TEXT, col_span=_INT)
table_column_header = _make("Table.ColumnHeader", scope=_TEXT, align=_TEXT, sort_key=_TEXT, sortable=_BOOL)
table_data_cell = _make("Table.DataCell", align=_TEXT, text_size=_TEXT, col_span=_INT)
tabs = _make(
    "Tabs", value=_TEXT, default_value=_TEXT, fill=_BOOL, selection_follows_focus=_BOOL, on_change=on_text
)
tabs_list = _make("Tabs.List")
tabs_tab = _make("Tabs.Tab", value=_TEXT, label=_ANY, icon=_ANY)
tabs_panel = _make("Tabs.Panel", value=_TEXT, lazy=_BOOL)
accordion = _make("Accordion", indent=_BOOL)
accordion_item = _make("Accordion.Item", open=_BOOL, default_open=_BOOL, on_open_change=on_bool)
accordion_header = _make("Accordion.Header")
accordion_content = _make("Accordion.Content")
expansion_card = _make("ExpansionCard", open=_BOOL, default_open=_BOOL, on_toggle=on_bool)
expansion_card_header = _make("ExpansionCard.Header")
expansion_card_title = _make("ExpansionCard.Title", level=_TEXT)
expansion_card_description = _make("ExpansionCard.Description")
expansion_card_content = _make("ExpansionCard.Content")
dialog = _make("Dialog", open=_BOOL, on_open_change=on_bool)
dialog_popup = _make(
    "Dialog.Popup", width=_TEXT, position=_TEXT, close_on_outside_click=_BOOL, with_closing_button=_BOOL
)
dialog_header = _make("Dialog.Header", with_closing_button=_BOOL)
dialog_title = _make("Dialog.Title")
dialog_body = _make("Dialog.Body")
dialog_footer = _make("Dialog.Footer")
dialog_close_trigger = _make("Dialog.CloseTrigger")
pagination = _make(
    "Pagination",
    page=_INT,
    count=_INT,
    boundary_count=_INT,
    sibling_count=_INT,
    prev_next_texts=_BOOL,
    on_page_change=on_number,
)
internal_header = _make("InternalHeader")
internal_header_title = _make("InternalHeader.Title", href=_TEXT)
internal_header_button = _make("InternalHeader.Button", href=_TEXT)
internal_header_user = _make("InternalHeader.User", name=_TEXT, description=_TEXT)
