"""Messages and views as plain text, for a transcript that a person reads at 100 columns."""

from __future__ import annotations

import textwrap
import unicodedata
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.sandbox.slack.mrkdwn import Reader
from bot.sandbox.slack.plain_elements import draw_element

WIDTH = 100
"""Columns of a transcript."""

_ASIDE = "┆ "


def render(
    message: Mapping[str, Any],
    *,
    names: Mapping[str, str] | None = None,
    zone: str = "UTC",
    now: datetime | None = None,
    width: int = WIDTH,
) -> str:
    """Return a message's blocks, or its text if it has none, as readable lines.

    `names` gives names by user and channel id, `zone` the reader's time zone. State
    under `message["state"]["values"]` is shown in the inputs.
    """
    page = _Page(Reader(names or {}, zone, now), width, _state(message))
    blocks = message.get("blocks") or []
    if blocks:
        page.blocks(blocks)
    elif message.get("text") or not message.get("files"):
        page.add(page.reader.read(str(message.get("text") or "")))
    for file in message.get("files") or []:
        page.add(f"[File] {file['name']} ({file['size']:,} bytes)")
    for attachment in message.get("attachments") or []:
        page.attachment(attachment)
    return "\n".join(page.lines)


def render_view(
    view: Mapping[str, Any],
    *,
    names: Mapping[str, str] | None = None,
    zone: str = "UTC",
    now: datetime | None = None,
    errors: Mapping[str, str] | None = None,
    width: int = WIDTH,
) -> str:
    """Return a modal or a Home view as readable lines; `errors` are messages by block id."""
    page = _Page(Reader(names or {}, zone, now), width - 2, _state(view), errors)
    page.blocks(view.get("blocks") or [])
    if view.get("type") == "home":
        return "\n".join(page.lines)
    title = page.reader.text_object(view.get("title"))
    close = page.reader.text_object(view.get("close")) or "Cancel"
    submit = page.reader.text_object(view.get("submit"))
    buttons = f"[{close}]" + (f"  [{submit}]" if submit else "")
    top = f"╭─ {title} "
    bottom = f"╰─ {buttons} "
    body = [f"│ {line}".rstrip() for line in page.lines]
    return "\n".join([top.ljust(width, "─"), *body, bottom.ljust(width, "─")])


def cells(text: str) -> int:
    """Return how many terminal columns `text` takes."""
    total = 0
    for letter in text:
        if unicodedata.combining(letter) or unicodedata.category(letter) in ("Cf", "Mn"):
            continue
        total += 2 if unicodedata.east_asian_width(letter) in ("W", "F") else 1
    return total


def wrapped(text: str, width: int) -> list[str]:
    """Return the lines of `text`, each broken to `width` columns."""
    lines: list[str] = []
    for line in text.split("\n"):
        lines.extend(textwrap.wrap(line, max(width, 10), break_on_hyphens=False, drop_whitespace=True) or [""])
    return lines


def _state(holder: Mapping[str, Any]) -> Mapping[str, Any]:
    state = holder.get("state")
    values = state.get("values") if isinstance(state, dict) else None
    return values if isinstance(values, dict) else {}


class _Page:
    """Lines that grow block by block."""

    def __init__(
        self,
        reader: Reader,
        width: int,
        state: Mapping[str, Any],
        errors: Mapping[str, str] | None = None,
    ) -> None:
        self.reader = reader
        self.width = width
        self.lines: list[str] = []
        self._state = state
        self._errors = errors or {}

    def add(self, text: str, prefix: str = "") -> None:
        """Add text, broken to the width."""
        self.lines.extend((prefix + line).rstrip() for line in wrapped(text, self.width - len(prefix)))

    def blocks(self, blocks: list[Any]) -> None:
        """Add blocks, with an empty line between those that need air."""
        before = ""
        for block in blocks:
            kind = str(block.get("type"))
            if before and not (kind == "context" or {"divider", "header"} & {kind, before}):
                self.lines.append("")
            self._block(kind, block)
            before = kind

    def attachment(self, attachment: Mapping[str, Any]) -> None:
        """Add an attachment, set off by a bar."""
        inner = _Page(self.reader, self.width - 2, {})
        if attachment.get("blocks"):
            inner.blocks(attachment["blocks"])
        else:
            inner.add(self.reader.read(str(attachment.get("text") or attachment.get("fallback") or "")))
        self.lines.extend(f"▏ {line}".rstrip() for line in inner.lines)

    def _block(self, kind: str, block: Mapping[str, Any]) -> None:
        match kind:
            case "header":
                title = self.reader.text_object(block.get("text"))
                self.add(title)
                self.lines.append("═" * min(self.width, max(cells(line) for line in wrapped(title, self.width))))
            case "divider":
                self.lines.append("─" * self.width)
            case "section":
                self._section(block)
            case "context":
                self.add("  ·  ".join(self._context(part) for part in block.get("elements", [])), _ASIDE)
            case "actions" | "context_actions":
                self._row([self._element(block, element) for element in block.get("elements", [])])
            case "input":
                self._input(block)
            case "image" | "video":
                title = self.reader.text_object(block.get("title")) or str(block.get("alt_text", ""))
                self.add(f"[{kind}: {title}]")
            case "markdown":
                self.add(str(block.get("text", "")))
            case "rich_text":
                self._rich(block.get("elements", []))
            case _:
                self.add(f"[{kind}]")

    def _element(self, block: Mapping[str, Any], element: Mapping[str, Any]) -> str:
        state = self._state.get(block.get("block_id", ""), {}).get(element.get("action_id", ""))
        return draw_element(element, state, self.reader)

    def _context(self, part: Mapping[str, Any]) -> str:
        if part.get("type") == "image":
            return f"[{part.get('alt_text', 'image')}]"
        return self.reader.text_object(part)

    def _section(self, block: Mapping[str, Any]) -> None:
        accessory = block.get("accessory")
        beside = self._element(block, accessory) if isinstance(accessory, dict) else ""
        text = self.reader.text_object(block.get("text"))
        if beside and "\n" not in beside and text and cells(beside) < self.width // 2:
            lines = wrapped(text, self.width - cells(beside) - 2)
            lines[0] += " " * (self.width - cells(lines[0]) - cells(beside)) + beside
            self.lines.extend(lines)
            beside = ""
        elif text:
            self.add(text)
        self._fields([self.reader.text_object(entry) for entry in block.get("fields", [])])
        if beside:
            self.lines.extend(beside.split("\n"))

    def _fields(self, fields: list[str]) -> None:
        column = self.width // 2 - 1
        for index in range(0, len(fields), 2):
            left = wrapped(fields[index], column)
            right = wrapped(fields[index + 1], column) if index + 1 < len(fields) else []
            for row in range(max(len(left), len(right))):
                start = left[row] if row < len(left) else ""
                end = right[row] if row < len(right) else ""
                self.lines.append((start + " " * (column + 2 - cells(start)) + end).rstrip())

    def _row(self, drawn: list[str]) -> None:
        line = ""
        for entry in drawn:
            if "\n" in entry:
                self.lines.extend([*([line] if line else []), *entry.split("\n")])
                line = ""
            elif line and cells(line) + 2 + cells(entry) > self.width:
                self.lines.append(line)
                line = entry
            else:
                line = f"{line}  {entry}" if line else entry
        if line:
            self.lines.append(line)

    def _input(self, block: Mapping[str, Any]) -> None:
        label = self.reader.text_object(block.get("label"))
        self.add(label + (" (optional)" if block.get("optional") else ""))
        for line in self._element(block, block.get("element", {})).split("\n"):
            self.add(line, "  ")
        if block.get("hint"):
            self.add(self.reader.text_object(block["hint"]), f"  {_ASIDE}")
        error = self._errors.get(str(block.get("block_id")))
        if error:
            self.add(error, "  ! ")

    def _rich(self, elements: list[Any]) -> None:
        for element in elements:
            kind = element.get("type")
            if kind == "rich_text_list":
                for place, entry in enumerate(element.get("elements", []), 1):
                    mark = f"{place}. " if element.get("style") == "ordered" else "• "
                    self.add(mark + self._leaves(entry))
            elif kind == "rich_text_quote":
                self.add(self._leaves(element), "> ")
            else:
                self.add(self._leaves(element))

    def _leaves(self, element: Mapping[str, Any]) -> str:
        said = []
        for leaf in element.get("elements", []):
            match leaf.get("type"):
                case "user":
                    said.append(f"@{self.reader.name(leaf.get('user_id', ''))}")
                case "channel":
                    said.append(f"#{self.reader.name(leaf.get('channel_id', ''))}")
                case "link":
                    said.append(f"{leaf['text']} ({leaf['url']})" if leaf.get("text") else str(leaf.get("url")))
                case "emoji":
                    said.append(f":{leaf.get('name')}:")
                case "date":
                    said.append(self.reader.date(int(leaf.get("timestamp", 0)), str(leaf.get("format", "{date}"))))
                case "broadcast":
                    said.append(f"@{leaf.get('range')}")
                case _:
                    said.append(str(leaf.get("text", "")))
        return "".join(said)
