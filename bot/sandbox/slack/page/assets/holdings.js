// What Bill.com and Dext now hold, to be compared with what the bot says.

import { h, plural } from "./dom.js";

const money = (amount) => (amount === null || amount === undefined ? "no amount" : Number(amount).toLocaleString("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 }));

const LISTS = { "chart-of-accounts": "Chart of accounts", "accounting-classes": "Classes", locations: "Locations",
  customers: "Customers", vendors: "Vendors", users: "Users", roles: "Roles", banks: "Bank accounts",
  categories: "Categories", payees: "Payees", clients: "Clients", projects: "Projects" };

const known = (rows, id) => rows.find((row) => row.id === id)?.name ?? id ?? "none";

const line = (label, value) => (value === null || value === undefined || value === "" ? null : h("div", {}, h("dt", {}, label), h("dd", {}, value)));

function entry(key, title, badges, ...details) {
  return h("details", { "data-key": key }, h("summary", {}, h("span", { class: "what" }, title),
    badges.filter(Boolean).map(([text, kind]) => h("span", { class: `badge ${kind ?? ""}` }, text))), ...details);
}

/** Return the nodes for the state of Bill.com. */
export function billHoldings(state) {
  return Object.values(state.organizations).flatMap((organization) => {
    const live = organization.bills.filter((bill) => !bill.archived);
    return [
      h("h3", {}, organization.name),
      h("p", { class: "hint" }, [plural(live.length, "bill"), plural(organization.vendorCredits.length, "vendor credit"),
        plural(organization.payments.length, "payment"),
        ...Object.entries(organization.lists).filter(([, rows]) => rows.length).map(([name, rows]) => counted(name, rows))].join(" · ")),
      ...[...organization.bills].reverse().map((bill) => billEntry(bill, organization)),
      organization.bills.length ? null : h("p", { class: "nothing" }, "No bills."),
      organization.vendorCredits.length ? h("h4", {}, "Vendor credits") : null,
      ...[...organization.vendorCredits].reverse().map((credit) => creditEntry(credit, organization)),
      organization.payments.length ? h("h4", {}, "Payments") : null,
      ...[...organization.payments].reverse().map((payment) => paymentEntry(payment, organization)),
    ].filter(Boolean);
  });
}

function counted(name, rows) {
  const archived = rows.filter((row) => row.archived).length;
  return `${LISTS[name] ?? name} ${rows.length}${archived ? `, ${archived} archived` : ""}`;
}

function billEntry(bill, organization) {
  const { lists } = organization;
  const documents = organization.documents[bill.id] ?? [];
  const payments = organization.payments.filter((payment) => (payment.billPayments ?? []).some((part) => part.billId === bill.id));
  return entry(bill.id, `${known(lists.vendors, bill.vendorId)} – ${money(bill.amount)}`,
    [[bill.paymentStatus ?? "", bill.paymentStatus === "PAID" ? "good" : ""], bill.archived ? ["archived", "bad"] : null,
      documents.length ? [plural(documents.length, "document"), ""] : ["no document", ""]],
    h("dl", {}, line("Number", bill.invoice?.invoiceNumber), line("Date", bill.invoice?.invoiceDate), line("Due", bill.dueDate),
      line("Id", bill.id), line("Description", bill.description), line("Approval", bill.approvalStatus),
      line("Lines", h("ul", {}, lineRows(bill.billLineItems, lists))), line("Documents", documentRows(documents)),
      line("Payments", payments.length ? h("ul", {}, payments.map((one) => h("li", {}, `${money(one.amount)} on ${one.processDate} from ${known(lists["chart-of-accounts"], one.classifications?.chartOfAccountId)}`))) : "none")));
}

function creditEntry(credit, organization) {
  const { lists } = organization;
  const documents = organization.documents[credit.id] ?? [];
  return entry(credit.id, `${known(lists.vendors, credit.vendorId)} – credit of ${money(credit.amount)}`,
    [[`${money(credit.appliedAmount)} applied`, ""], credit.archived ? ["archived", "bad"] : null],
    h("dl", {}, line("Number", credit.referenceNumber), line("Date", credit.creditDate), line("Id", credit.id),
      line("Description", credit.description), line("Lines", h("ul", {}, lineRows(credit.vendorCreditLineItems, lists))),
      line("Documents", documentRows(documents))));
}

function paymentEntry(payment, organization) {
  const number = (id) => organization.bills.find((bill) => bill.id === id)?.invoice?.invoiceNumber ?? id;
  return entry(payment.id, `${known(organization.lists.vendors, payment.vendorId)} – paid ${money(payment.amount)}`, [],
    h("dl", {}, line("Date", payment.processDate), line("Id", payment.id), line("Description", payment.description),
      line("From", known(organization.lists["chart-of-accounts"], payment.classifications?.chartOfAccountId)),
      line("Bills", h("ul", {}, (payment.billPayments ?? []).map((part) => h("li", {}, `${money(part.amount)} for ${number(part.billId)}`))))));
}

function documentRows(documents) {
  if (!documents.length) return "none";
  return h("ul", {}, documents.map((one) => h("li", {}, `${one.name}, ${plural(one.size, "byte")}${one.finished ? "" : ", in progress"}`)));
}

function lineRows(rows, lists) {
  return rows.map((one) => {
    const to = one.classifications ?? {};
    const also = [["accounting-classes", to.accountingClassId], ["locations", to.locationId], ["customers", to.customerId]]
      .filter(([, id]) => id).map(([list, id]) => known(lists[list] ?? [], id));
    return h("li", {}, `${money(one.amount)} to ${known(lists["chart-of-accounts"], to.chartOfAccountId)}`,
      also.length ? ` (${also.join(", ")})` : "", one.description ? h("small", {}, ` ${one.description}`) : null);
  });
}

/** Return the nodes for the state of Dext. */
export function dextHoldings(state) {
  return state.accounts.flatMap((account) => [
    h("h3", {}, account.name),
    h("p", { class: "hint" }, `${plural(account.items.length, "item")}; ` +
      Object.entries(account.lists).map(([name, rows]) => counted(name, rows)).join(" · ") +
      `; the bot ${Object.values(account.access).some(Boolean) ? "has" : "has no"} access`),
    ...[...account.items].reverse().map((item) => itemEntry(item)),
    account.items.length ? null : h("p", { class: "nothing" }, "No items."),
  ].filter(Boolean));
}

function itemEntry(item) {
  const marks = item.history.filter((one) => one.by === "api");
  return entry(String(item.id), `${item.payee ?? "no supplier"} – ${item.total_amount === null ? "no total" : `${item.currency} ${money(item.total_amount)}`}`,
    [item.ready ? null : ["being read", ""], item.paid ? ["paid", "good"] : null, item.archived ? ["archived", "bad"] : null,
      marks.length ? ["marked", "good"] : null],
    h("dl", {}, line("Item", item.id), line("Type", item.type), line("Number", item.invoice_number), line("Category", item.category),
      line("Date", item.date), line("Due", item.due_date), line("Tax", item.vat_amount), line("Description", item.description),
      line("Changed by the bot", marks.length ? h("ul", {}, marks.map((one) => h("li", {}, JSON.stringify(one)))) : null)));
}
