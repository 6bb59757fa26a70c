"""Buttons, menus and inputs as plain text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.sandbox.slack.mrkdwn import Reader
from bot.sandbox.slack.parts import CHOSEN_KEY, initial


def draw_element(element: Mapping[str, Any], state: Mapping[str, Any] | None, reader: Reader) -> str:
    """Return one element as text, with what was chosen or typed in it."""
    kind = str(element.get("type"))
    match kind:
        case "button" | "icon_button" | "workflow_button":
            arrow = " ↗" if element.get("url") else ""
            return f"[{reader.text_object(element.get('text'))}{arrow}]"
        case "feedback_buttons":
            sides = (element.get("positive_button", {}), element.get("negative_button", {}))
            return "  ".join(f"[{reader.text_object(side.get('text'))}]" for side in sides)
        case "overflow":
            choices = " | ".join(reader.text_object(option.get("text")) for option in element.get("options", []))
            return f"[⋯ {choices}]"
        case "image":
            return f"[image: {element.get('alt_text', '')}]"
        case "checkboxes" | "radio_buttons":
            return _boxes(element, _chosen(element, state), reader)
    if kind not in CHOSEN_KEY:
        return f"[{kind}]"
    chosen = _words(_chosen(element, state), reader)
    placeholder = reader.text_object(element.get("placeholder"))
    if CHOSEN_KEY[kind] in ("value", "rich_text_value"):
        return f"[ {chosen or placeholder or ' ' * 20} ]"
    if kind == "file_input":
        return f"[{chosen or 'Choose a file'}]"
    return f"[{chosen or placeholder or 'Choose'} ▾]"


def _chosen(element: Mapping[str, Any], state: Mapping[str, Any] | None) -> Any:
    return (state or initial(dict(element))).get(CHOSEN_KEY[str(element["type"])])


def _boxes(element: Mapping[str, Any], chosen: Any, reader: Reader) -> str:
    marks = ("[x]", "[ ]") if element["type"] == "checkboxes" else ("(•)", "( )")
    picked = chosen if isinstance(chosen, list) else [chosen]
    values = {option.get("value") for option in picked if isinstance(option, dict)}
    lines = []
    for option in element.get("options", []):
        words = reader.text_object(option.get("text"))
        more = reader.text_object(option.get("description"))
        mark = marks[0] if option.get("value") in values else marks[1]
        lines.append(f"{mark} {words}" + (f" – {more}" if more else ""))
    return "\n".join(lines)


def _words(chosen: Any, reader: Reader) -> str:
    if chosen in (None, "", []):
        return ""
    if isinstance(chosen, list):
        return ", ".join(_words(entry, reader) for entry in chosen)
    if isinstance(chosen, dict):
        return reader.text_object(chosen.get("text")) or str(chosen.get("name", ""))
    return reader.name(str(chosen))
