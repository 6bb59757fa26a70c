"""Items as rows of their table, and back."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Row

from bot.domain.coding import normalised
from bot.domain.items import Details, DocumentKind, Item, ItemStatus, Obstacle
from storage.layers import dump_details, dump_layers, dump_lines, load_details, load_layers, load_lines


def _details(details: Details) -> dict[str, Any]:
    return {
        "dext_id": details.dext_id,
        "kind": details.kind.value,
        "processed": details.processed,
        "supplier": details.supplier,
        "supplier_key": normalised(details.supplier)[:200],
        "supplier_id": details.supplier_id,
        "reference": details.number,
        "issued_on": details.issued_on,
        "due_on": details.due_on,
        "currency": details.currency[:3],
        "total": details.total,
        "tax": details.tax,
        "category": details.category,
        "category_id": details.category_id,
        "customer": details.customer,
        "project": details.project,
        "payment_method": details.payment_method,
        "description": details.description,
        "paid": details.paid,
        "obstacle": details.obstacle.value,
        "customer_id": details.customer_id,
        "project_class": details.project_class,
        "project_class_id": details.project_class_id,
        "location": details.location,
        "location_id": details.location_id,
        "payment_method_id": details.payment_method_id,
        "approver": details.approver,
        "approver_id": details.approver_id,
        "tax_setting": details.tax_setting,
        "lines": dump_lines(details.lines),
    }


def standing_of(item: Item, now: datetime) -> dict[str, Any]:
    """Return the columns of where an item stands, as of a time."""
    return {
        "status": item.status.value,
        "lacks": list(item.lacks),
        "note": item.note,
        "bill_id": item.bill_id,
        "changed_at": now,
    }


def held_of(item: Item) -> dict[str, Any]:
    """Return the columns of what holds for an item, and where it came from."""
    return _details(item.details) | {
        "layers": dump_layers(item.layers),
        "seen": dump_details(item.seen),
        "version": item.version,
        "uploader": item.uploader,
        "editors": list(item.editors),
    }


def item_of(row: Row[Any]) -> Item:
    """Return the item that a row of the table holds."""
    return Item(
        id=row.id,
        business_id=row.business_id,
        number=row.number,
        details=Details(
            dext_id=row.dext_id,
            kind=DocumentKind(row.kind),
            processed=row.processed,
            supplier=row.supplier,
            supplier_id=row.supplier_id,
            number=row.reference,
            issued_on=row.issued_on,
            due_on=row.due_on,
            currency=row.currency,
            total=row.total,
            tax=row.tax,
            category=row.category,
            category_id=row.category_id,
            customer=row.customer,
            project=row.project,
            payment_method=row.payment_method,
            description=row.description,
            paid=row.paid,
            obstacle=Obstacle(row.obstacle),
            customer_id=row.customer_id,
            project_class=row.project_class,
            project_class_id=row.project_class_id,
            location=row.location,
            location_id=row.location_id,
            payment_method_id=row.payment_method_id,
            approver=row.approver,
            approver_id=row.approver_id,
            tax_setting=row.tax_setting,
            lines=load_lines(row.lines),
        ),
        status=ItemStatus(row.status),
        lacks=tuple(row.lacks),
        taken_in_at=row.taken_in_at,
        bill_id=row.bill_id,
        note=row.note,
        layers=load_layers(row.layers),
        seen=load_details(row.seen),
        version=row.version,
        uploader=row.uploader,
        editors=tuple(row.editors),
    )
