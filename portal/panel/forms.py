"""Forms of the panel's pages: fields with their labels, and what a browser sent of them.

A field's label is the text `field.<name>`, so that a form that has to be kept can name what was written.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup

from kit.ids import new_id
from kit.norway import OSLO
from portal.panel.frame import Reader, joined
from portal.ui.texts import LANGUAGES

NAMES = {"nb": "Bokmål", "nn": "Nynorsk", "en": "English"}
_DIGITS = 12


@dataclass(frozen=True)
class Filled:
    """What a form holds, in the order sent."""

    pairs: Sequence[tuple[str, str]] = ()

    def text(self, name: str) -> str:
        """One field, without what surrounds it; empty when it is not there."""
        return next((value.strip() for key, value in self.pairs if key == name), "")

    def many(self, name: str) -> list[str]:
        """Every value of a field."""
        return [value for key, value in self.pairs if key == name and value]

    def texts(self, name: str) -> dict[str, str]:
        """A text in its languages, those left empty left out."""
        found = {lang: self.text(f"{name}.{lang}") for lang in LANGUAGES}
        return {lang: text for lang, text in found.items() if text}

    def number(self, name: str) -> int | None:
        """A whole number; None when the field is empty or holds none."""
        text = self.text(name).replace(" ", "").replace("\u00a0", "")
        return int(text) if text.isascii() and text.isdigit() and len(text) <= _DIGITS else None

    def moment(self, name: str) -> str | None:
        """A date and time in Norway, as an ISO instant; None when there is none."""
        try:
            return datetime.fromisoformat(self.text(name)).replace(tzinfo=OSLO).isoformat()
        except ValueError:
            return None

    @property
    def key(self) -> str:
        """What makes sending the form twice the same as sending it once."""
        return self.text("key") or str(new_id())

    @property
    def version(self) -> int:
        """The version that was read when the form was shown."""
        return self.number("version") or 0


def form(*parts: Markup, action: str = "") -> Markup:
    """A form that the browser posts."""
    to = Markup(' action="{}"').format(action) if action else Markup("")
    return Markup('<form method="post"{} class="panel-form">{}</form>').format(to, joined(parts))


def hidden(**fields: object) -> Markup:
    """Fields that are not seen."""
    made = Markup('<input type="hidden" name="{}" value="{}">')
    return joined(made.format(name, value) for name, value in fields.items())


def fresh_key() -> Markup:
    """A key for something new."""
    return hidden(key=new_id())


def line(
    who: Reader,
    name: str,
    value: object = "",
    *,
    kind: str = "text",
    label: str | None = None,
    hint: str = "",
    required: bool = False,
    prefix: str = "",
) -> Markup:
    """One line. `prefix` keeps the ids of several forms on a page apart."""
    place = f"{prefix}{name}"
    return Markup(
        '<p><label for="{}">{}</label>{}<input id="{}" name="{}" type="{}" value="{}"{}{}></p>'
    ).format(
        place,
        _label(who, name, label),
        _hint(place, hint),
        place,
        name,
        kind,
        value,
        _needed(required),
        _described(place, hint),
    )


def area(
    who: Reader,
    name: str,
    value: object = "",
    *,
    rows: int = 4,
    label: str | None = None,
    hint: str = "",
    required: bool = False,
    prefix: str = "",
) -> Markup:
    """Several lines."""
    place = f"{prefix}{name}"
    return Markup(
        '<p><label for="{}">{}</label>{}<textarea id="{}" name="{}" rows="{}" maxlength="4000"{}{}>'
        "\n{}</textarea></p>"
    ).format(
        place,
        _label(who, name, label),
        _hint(place, hint),
        place,
        name,
        rows,
        _needed(required),
        _described(place, hint),
        value,
    )


def in_languages(
    who: Reader,
    name: str,
    texts: dict[str, str],
    *,
    rows: int = 1,
    hint: str = "",
    label: str | None = None,
    prefix: str = "",
    required: bool = True,
) -> Markup:
    """A text in bokmål, and its translations behind a summary that tells how many there are."""
    title = _label(who, name, label)

    def field(lang: str, name_of: str, hint_of: str = "", *, needed: bool = False) -> Markup:
        value, place = texts.get(lang, ""), f"{name}.{lang}"
        if rows > 1:
            return area(
                who, place, value, rows=rows, label=name_of, hint=hint_of, prefix=prefix, required=needed
            )
        return line(who, place, value, label=name_of, hint=hint_of, prefix=prefix, required=needed)

    others = [lang for lang in LANGUAGES if lang != "nb"]
    summary = who.say(
        "form.translations", there=sum(1 for lang in others if texts.get(lang)), name=title.lower()
    )
    return field("nb", title, hint, needed=required) + Markup(
        '<details class="panel-translations"><summary>{}</summary>{}</details>'
    ).format(summary, joined(field(lang, f"{title} – {NAMES[lang]}") for lang in others))


def choice(
    who: Reader,
    name: str,
    options: Iterable[tuple[str, str]],
    value: str | None = "",
    *,
    label: str | None = None,
    prefix: str = "",
) -> Markup:
    """One of several, as a list to choose from."""
    place = f"{prefix}{name}"
    made = joined(
        Markup('<option value="{}"{}>{}</option>').format(
            code, Markup(" selected") if code == (value or "") else "", text
        )
        for code, text in options
    )
    return Markup('<p><label for="{}">{}</label><select id="{}" name="{}">{}</select></p>').format(
        place, _label(who, name, label), place, name, made
    )


def check(name: str, value: str, label: str, *, checked: bool = False) -> Markup:
    """A box to tick."""
    return Markup(
        '<p class="panel-check"><label><input type="checkbox" name="{}" value="{}"{}> {}</label></p>'
    ).format(name, value, Markup(" checked") if checked else "", label)


def button(
    label: str, do: str = "", *, second: bool = False, small: bool = False, unchecked: bool = False
) -> Markup:
    """A button that sends the form; `do` tells which one was pressed.

    `unchecked`: also while required fields are empty, as when the form is only changed in shape.
    """
    name = Markup(' name="do" value="{}"').format(do) if do else Markup("")
    kind = " panel-second" * second + " panel-small" * small
    check_not = Markup(" formnovalidate") if unchecked else Markup("")
    return Markup('<button class="panel-button{}"{}{}>{}</button>').format(kind, name, check_not, label)


def buttons(*made: Markup) -> Markup:
    """Buttons beside each other."""
    return Markup('<p class="panel-actions">{}</p>').format(joined(made))


def local(text: str | None) -> str:
    """An instant as the browser's field for date and time wants it, in Norway."""
    return datetime.fromisoformat(text).astimezone(OSLO).strftime("%Y-%m-%dT%H:%M") if text else ""


def _label(who: Reader, name: str, label: str | None) -> str:
    return who.say(f"field.{name.split('.', maxsplit=1)[0]}") if label is None else label


def _hint(place: str, hint: str) -> Markup:
    if not hint:
        return Markup("")
    return Markup('<span class="panel-hint" id="h.{}">{}</span>').format(place, hint)


def _described(place: str, hint: str) -> Markup:
    return Markup(' aria-describedby="h.{}"').format(place) if hint else Markup("")


def _needed(required: bool) -> Markup:
    return Markup(" required") if required else Markup("")
