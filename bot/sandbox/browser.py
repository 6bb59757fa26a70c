"""A browser for tests and stories: follows links, fills in forms, keeps cookies. No scripts."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin

import httpx


@dataclass
class Form:
    """Be a form of a page: where it goes and what it holds."""

    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)
    choices: dict[str, list[str]] = field(default_factory=dict)


class _Reader(HTMLParser):
    """Collect a page's forms and its text."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.text: list[str] = []
        self._silent = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag in ("style", "script", "title"):
            self._silent = True
        if tag == "form":
            self.forms.append(Form(given.get("action", ""), given.get("method", "get").lower()))
        if tag in ("input", "button") and self.forms and given.get("name"):
            form = self.forms[-1]
            if given.get("type") == "radio" or tag == "button":
                form.choices.setdefault(given["name"], []).append(given.get("value", ""))
            else:
                form.fields[given["name"]] = given.get("value", "")
        if tag in ("p", "h1", "h2", "li", "label", "br", "button", "form"):
            self.text.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("style", "script", "title"):
            self._silent = False

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.text.append(data)


class Browser:
    """Hold a page that was opened, and what can be done on it."""

    def __init__(self) -> None:
        self._http = httpx.Client(follow_redirects=True, timeout=30.0, trust_env=False)
        self.address = ""
        self.status = 0
        self.forms: list[Form] = []
        self.text = ""

    def open(self, address: str) -> Browser:
        """Open an address."""
        return self._show(self._http.get(address))

    def submit(self, values: dict[str, str] | None = None, form: int = 0) -> Browser:
        """Fill in a form of the page and submit it."""
        chosen = self.forms[form]
        target = urljoin(self.address, chosen.action or self.address)
        data = chosen.fields | (values or {})
        if chosen.method == "post":
            return self._show(self._http.post(target, data=data))
        return self._show(self._http.get(target, params=data))

    def close(self) -> None:
        """Close the browser."""
        self._http.close()

    def _show(self, reply: httpx.Response) -> Browser:
        reader = _Reader()
        reader.feed(reply.text)
        reader.close()
        lines = (" ".join(line.split()) for line in "".join(reader.text).splitlines())
        self.address, self.status, self.forms = str(reply.url), reply.status_code, reader.forms
        self.text = "\n".join(line for line in lines if line)
        return self
