// The modal in front: fields, errors, submission, the stack below it.

import { Refused } from "./api.js";
import { showBlocks, showErrors } from "./blocks.js";
import { freshId, h } from "./dom.js";
import { textNodes } from "./mrkdwn.js";
import { payloadView } from "./payload.js";
import { onChange, perform, state } from "./state.js";
import { Surface } from "./surfaces.js";
import { complain, toast } from "./toasts.js";

const MISSING = "Please complete this required field.";

let shown = null;
let opener = null;
/** Modals that the viewer closed here, for as long as the sandbox still counts them as open. */
const closed = new Set();

/** Follow the stack of modals of the viewer. */
export function startModals() {
  onChange((changed, fresh) => {
    if (changed.has("start") || changed.has("stack")) refresh();
    for (const entry of fresh.filter((one) => one.kind === "notice" && !one.channel)) {
      if (shown && entry.view_id === shown.id) shown.note(entry.text);
      else toast(entry.text, true);
    }
  });
}

function refresh() {
  for (const id of closed) if (!state.stack.includes(id)) closed.delete(id);
  const view = state.modals.get(state.stack.at(-1));
  if (!view || closed.has(view.id)) return leave();
  if (shown && shown.id === view.id) return shown.update(view);
  if (!shown) opener = document.activeElement;
  const next = modalView(view);
  shown?.away();
  shown = next;
  document.body.append(next.dialog);
  next.dialog.showModal();
  next.focus();
  return undefined;
}

function leave() {
  if (!shown) return;
  shown.away();
  shown = null;
  const back = opener?.isConnected && opener !== document.body ? opener : document.querySelector("#composer");
  back?.focus({ preventScroll: true });
  opener = null;
}

function modalView(first) {
  const titleId = freshId("title");
  const surface = new Surface({ view_id: first.id }, first.state.values, (block) => clearError(block));
  const sent = payloadView("this modal");
  const title = h("h2", { id: titleId, class: "text" });
  const notes = h("div", { class: "modal-notes", role: "alert" });
  const body = h("div", { class: "content modal-body" });
  const back = h("button", { type: "button", class: "button", onclick: () => close(false) });
  const submit = h("button", { type: "button", class: "button primary", onclick: () => send() });
  const dialog = h("dialog", { class: "modal", "aria-labelledby": titleId, "data-view": first.id },
    h("header", {}, title, h("button", { type: "button", class: "quiet", "aria-label": "Close", onclick: () => close(true) }, "×")),
    notes, body,
    h("footer", {}, sent.toggle, sent.badge, h("span", { class: "space" }), back, submit),
    sent.panel);
  let view = first;
  let errors = {};

  function update(next) {
    view = next;
    surface.values = next.state.values;
    title.replaceChildren(...textNodes(next.title));
    back.replaceChildren(...(next.close ? textNodes(next.close) : [state.stack.length > 1 ? "Back" : "Cancel"]));
    submit.hidden = !next.submit;
    submit.replaceChildren(...(next.submit ? textNodes(next.submit) : []));
    showBlocks(body, next.blocks, surface);
    point(next.errors);
    sent.update(sentView(next), next.problems);
  }

  function point(found) {
    errors = { ...found };
    const wrong = showErrors(body, errors);
    wrong?.focus();
  }

  function clearError(block) {
    if (!(block.block_id in errors)) return;
    delete errors[block.block_id];
    showErrors(body, errors);
  }

  function missing() {
    const inputs = view.blocks.filter((block) => block.type === "input" && !block.optional);
    return Object.fromEntries(inputs.filter((block) => surface.isEmpty(block, block.element)).map((block) => [block.block_id, MISSING]));
  }

  async function send() {
    if (submit.hidden || submit.getAttribute("aria-busy")) return;
    notes.replaceChildren();
    const lacking = missing();
    if (Object.keys(lacking).length) return void point(lacking);
    submit.setAttribute("aria-busy", "true");
    try {
      await perform("submit", { view_id: view.id, values: await surface.untold() });
    } catch (error) {
      if (error.body?.errors) point(error.body.errors);
      else complain(error);
    } finally {
      submit.removeAttribute("aria-busy");
    }
    return undefined;
  }

  /** Take the form away at once: what is closed must not be touched while the sandbox and the bot are told. */
  async function close(everything) {
    if (closed.has(view.id)) return;
    closed.add(view.id);
    refresh();
    try {
      await perform("close", everything ? { view_id: view.id, all: true } : { view_id: view.id });
    } catch (error) {
      if (error instanceof Refused) return; // it was closed already
      closed.delete(view.id);
      refresh();
      complain(error);
    }
  }

  function focus() {
    const wanted = body.querySelector("[data-first]") ?? body.querySelector(".input");
    const control = wanted?.matches("input,textarea,button") ? wanted : wanted?.querySelector("input,textarea,button");
    (control ?? (submit.hidden ? back : submit)).focus();
  }

  dialog.addEventListener("cancel", (event) => event.preventDefault());
  dialog.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !event.defaultPrevented) {
      event.preventDefault();
      close(false);
    } else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) send();
  });
  dialog.addEventListener("close", () => shown?.dialog === dialog && dialog.isConnected && dialog.showModal());
  update(first);
  return {
    id: first.id, dialog, update, focus,
    note: (text) => notes.replaceChildren(h("p", { class: "error" }, text)),
    away: () => {
      shown = null;
      surface.rest();
      dialog.close();
      dialog.remove();
    },
  };
}

const OWN = ["type", "title", "submit", "close", "callback_id", "private_metadata", "external_id", "clear_on_close", "notify_on_close", "blocks"];

/** Return the part of a view that the bot sent. */
export function sentView(view) {
  return Object.fromEntries(OWN.filter((name) => name in view && view[name] !== null && view[name] !== "" && view[name] !== false).map((name) => [name, view[name]]));
}

