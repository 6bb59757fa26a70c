"""A person who sits at the page."""

from __future__ import annotations

from dataclasses import dataclass, field

from playwright.sync_api import ConsoleMessage, Error, Locator, Page, expect

from ..support import Stage

TOLERABLE = "Failed to load resource"


@dataclass
class Desk:
    """The page in a browser, the stage behind it, and whatever went wrong in the page."""

    page: Page
    stage: Stage
    address: str
    wrong: list[str] = field(default_factory=list)
    outages: bool = False

    def __post_init__(self) -> None:
        self.page.set_default_timeout(10_000)
        self.page.on("console", self._said)
        self.page.on("pageerror", self._broke)
        self.page.on("dialog", lambda dialog: self.wrong.append(f"dialog: {dialog.message}"))

    def _said(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not (self.outages and message.text.startswith(TOLERABLE)):
            self.wrong.append(message.text)

    def _broke(self, error: Error) -> None:
        self.wrong.append(str(error))

    def open(self, person: str = "dana", place: str = "finance") -> None:
        """Go to a place as a person, and wait until it is drawn."""
        self.page.goto(f"{self.address}/#/{person}/{place}")
        expect(self.page.locator("#place-title")).to_be_visible()

    def message(self, ts: str) -> Locator:
        """Return a message of the channel."""
        return self.page.locator(f'main li[data-ts="{ts}"]')

    def button(self, name: str) -> Locator:
        """Return a button by its whole name."""
        return self.page.get_by_role("button", name=name, exact=True)

    def modal(self, title: str) -> Locator:
        """Return the modal in front, by its title."""
        return self.page.get_by_role("dialog", name=title)

    def types(self, text: str) -> None:
        """Type something into the message box and send it."""
        box = self.page.locator("#composer")
        box.fill(text)
        box.press("Enter")
