// Short notes at the edge of the page.

import { h } from "./dom.js";

const SHOWN_MS = 7000;

/** Show a note for a while; `bad` ones are about something that did not work. */
export function toast(text, bad = false) {
  const note = h("p", { class: bad ? "toast bad" : "toast" }, text);
  const away = h("button", { type: "button", class: "quiet small", "aria-label": "Dismiss", onclick: () => note.remove() }, "×");
  note.append(away);
  document.querySelector("dialog[open] .modal-notes")?.append(note) ?? document.querySelector("#toasts").append(note);
  setTimeout(() => note.remove(), SHOWN_MS);
}

/** Show why something was refused. */
export function complain(error) {
  toast(error instanceof TypeError ? "The sandbox does not answer. Try again in a moment." : error.message, true);
}
