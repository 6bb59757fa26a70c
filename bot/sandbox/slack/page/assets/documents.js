// Documents that can arrive in Dext, ready-made.

import { sandboxNow } from "./state.js";

const DAY_MS = 86_400_000;

const day = (ahead) => new Date(sandboxNow().getTime() + ahead * DAY_MS).toISOString().slice(0, 10);

let made = 0;

/** Return an invoice number that was not used before. */
function number(prefix) {
  made += 1;
  return `${prefix}-${String(Date.now()).slice(-6)}${made}`;
}

const bill = (prefix, payee, category, total, tax) => ({
  payee, category, invoice_number: number(prefix), date: day(-2), due_date: day(28), currency: "USD",
  total_amount: total, vat_amount: tax,
});

/** Name and maker of each; a maker returns what Dext is told. */
export const DOCUMENTS = [
  ["Ready bill (Acme Cloud Services, 129.00)", () => bill("ACS", "Acme Cloud Services", "Software Subscriptions", "129.00", "0.00")],
  ["Bill with tax (Cedar & Sons Joinery, 840.00)", () => bill("CSJ", "Cedar & Sons Joinery", "Cost of Materials", "840.00", "64.00")],
  ["Paid receipt (company card, 23.40)", () => ({ ...bill("EOS", "Evergreen Office Supply", "Office Supplies", "23.40", "1.70"),
    type: "receipt", paid: true, payment_method: "Company Card", payment_method_ref: "4417", due_date: null, format: "png" })],
  ["Without category (Delphi Print Works, 71.25)", () => bill("DPW", "Delphi Print Works", null, "71.25", "5.10")],
  ["Unknown supplier (Foxglove Signs, 310.00)", () => bill("FXG", "Foxglove Signs", "Advertising", "310.00", "0.00")],
  ["Without a number (Blue Harbor Logistics, 55.10)", () => ({ ...bill("X", "Blue Harbor Logistics", "Freight & Shipping", "55.10", "0.00"), invoice_number: null })],
  ["Hostile name (<img src=x onerror=…>, 66.00)", () => bill("BAD", "<img src=x onerror=alert(1)> *bold* <!channel> & Sons", "Office Supplies", "66.00", "0.00")],
  ["Still being read by Dext for 30 seconds", () => ({ ...bill("FE", "Fjord Energy", "Utilities", "402.11", "0.00"), ready_in: 30 })],
];
