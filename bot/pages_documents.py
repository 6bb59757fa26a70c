"""The pages that show a document: plain HTML without scripts, everything foreign escaped."""

from __future__ import annotations

from html import escape

from bot.domain.previews import OpenPreview
from bot.pages import page

_STYLE = """<style>
main { max-width: 60rem; }
.document { display: block; max-width: 100%; margin: 1rem auto 0; border: 1px solid #d5d2cd; background: #fff; }
iframe.document { width: 100%; height: 75vh; }
</style>
"""

_CODE = """<style>
.code { font-size: 2.2rem; letter-spacing: .3rem; font-weight: 700; text-align: center; margin: 1rem 0; }
</style>
"""


def ask_page(path: str) -> str:
    """Ask for the click that opens the document: opening the page alone shows and changes nothing."""
    return page(
        "Show a document",
        f"""<p>This link was made in Slack for one person, works once, and ends after ten minutes.</p>
<form method="post" action="{escape(path)}"><button>Show Document</button></form>""",
    )


def waiting_page(code: str) -> str:
    """Ask for the confirmation in Slack; the page looks again by itself."""
    return page(
        "Is it you?",
        f"""{_CODE}<meta http-equiv="refresh" content="3">
<p>This browser is new here. In Slack, the bot has just sent you a direct message with this code:</p>
<p class="code">{escape(code)}</p>
<p>Click <b>Yes, Show It</b> there, and the document appears here by itself. You are asked once a browser.</p>""",
    )


def document_page(shown: OpenPreview, path: str, media: str) -> str:
    """Show a document: an image as it is, a PDF by the browser's own viewer."""
    details, number = shown.item.details, shown.item.number
    title = f"#{number} {details.supplier or 'Unknown supplier'}"
    facts = " · ".join(part for part in (details.number, str(details.money or "")) if part)
    lead = f'{_STYLE}<p class="small">{escape(facts)} · {escape(shown.business.name)}</p>'
    if not media:
        return page(
            title,
            f"""{lead}<p class="problem">Documents of this kind cannot be shown in a browser. Open item
{escape(details.dext_id)} in Dext to see it.</p>""",
        )
    if media == "application/pdf":
        first = f"{path}#page=1&view=FitH&navpanes=0"
        body = f"""<iframe class="document" src="{escape(first)}" title="The document"></iframe>
<p><a href="{escape(path)}">Open the PDF by itself</a>, if your browser does not show it here.</p>"""
    else:
        body = f'<a href="{escape(path)}"><img class="document" src="{escape(path)}" alt="The document"></a>'
    return page(title, f'{lead}{body}<p class="small">This page ends ten minutes after the click in Slack.</p>')
