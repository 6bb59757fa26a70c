"""Document files: small real ones drawn for an item, and what is read out of an upload."""

from __future__ import annotations

import hashlib
import re
import struct
import zlib
from dataclasses import dataclass
from typing import Literal

CONTENT_TYPES = {
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "png": "image/png",
    "gif": "image/gif",
    "bmp": "image/bmp",
    "tif": "image/tiff",
    "tiff": "image/tiff",
    "pdf": "application/pdf",
    "doc": "application/msword",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "odt": "application/vnd.oasis.opendocument.text",
    "rtf": "application/rtf",
}
"""What may be uploaded (facts 1.8), by file name extension; archives of files are left out."""

Kind = Literal["pdf", "png"]


@dataclass(frozen=True)
class Document:
    """Be the file behind an item."""

    file_name: str
    content_type: str
    data: bytes

    @property
    def digest(self) -> str:
        """Return a fingerprint by which the same file is recognised."""
        return hashlib.sha256(self.data).hexdigest()


def drawn(kind: Kind, file_name: str, lines: list[str]) -> Document:
    """Draw a document: a one-page PDF that shows `lines`, or a PNG of grey bars as long as they."""
    data = _pdf(lines) if kind == "pdf" else _png(lines)
    return Document(f"{file_name}.{kind}", CONTENT_TYPES[kind], data)


def read_details(data: bytes) -> dict[str, str]:
    """Read supplier, invoice number and total back out of a PDF drawn here; nothing from others."""
    labels = {"payee": b"Supplier", "invoice_number": b"Invoice", "total_amount": b"Total"}
    found: dict[str, str] = {}
    if data.startswith(b"%PDF-"):
        for name, label in labels.items():
            hit = re.search(rb"\(" + label + rb": ((?:\\.|[^()\\])+)\)", data)
            if hit:
                text = re.sub(rb"\\(.)", rb"\1", hit.group(1)).decode("latin-1")
                found[name] = text.rpartition(" ")[2] if name == "total_amount" else text
    return found


def _pdf(lines: list[str]) -> bytes:
    escaped = (re.sub(r"([()\\])", r"\\\1", line).encode("latin-1", "replace") for line in lines)
    text = b"BT /F1 12 Tf 40 360 Td 20 TL\n" + b"".join(b"(" + line + b") Tj T*\n" for line in escaped) + b"ET"
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 400] /Contents 4 0 R"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        page + b" /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%b\nendstream" % (len(text), text),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    out, places = bytearray(b"%PDF-1.4\n"), []
    for number, content in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, content)
    table = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, table)
    return bytes(out)


def _png(lines: list[str]) -> bytes:
    width, blank = 240, bytes([255]) * 240
    rows = [blank] * 16
    for line in lines:
        ink = min(4 * len(line), width - 40)
        bar = blank[:20] + bytes([90]) * ink + blank[20 + ink :]
        rows += [bar] * 8 + [blank] * 12
    # The words themselves decide one row of dots, so that two documents are never the same bytes.
    dots = hashlib.sha256("\n".join(lines).encode()).digest()
    rows.append(blank[:20] + dots + blank[20 + len(dots) :])
    header = struct.pack(">IIBBBBB", width, len(rows), 8, 0, 0, 0, 0)
    pixels = zlib.compress(b"".join(b"\0" + row for row in rows), 9)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", pixels) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
