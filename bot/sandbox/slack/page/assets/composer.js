// Where one types: messages, and commands after a slash.

import { freshId, h } from "./dom.js";
import { attacher } from "./files.js";
import { hide, showAt } from "./popups.js";
import { perform, state } from "./state.js";
import { complain } from "./toasts.js";

const NOT_YET = "The bot is starting, so nobody would read this command yet. It is kept here: press Enter again in a moment.";

/** Return {node, control, aim, calm}: `aim(room, label, thread)` says where what is typed goes, `calm` takes away a warning. */
export function composer({ id, label }) {
  const list = h("ul", { role: "listbox", id: freshId("commands"), class: "popup commands", popover: "manual", "aria-label": "Commands" });
  const input = h("textarea", { id, rows: 1, role: "combobox", "aria-label": label, "aria-expanded": "false", "aria-controls": list.id,
    "aria-autocomplete": "list", autocomplete: "off", spellcheck: "false", enterkeyhint: "send" });
  const send = h("button", { type: "submit", class: "button primary" }, "Send");
  const hint = h("p", { class: "hint" });
  const files = attacher({ onChosen: () => input.focus() });
  const node = h("form", { class: "composer", onsubmit: (event) => (event.preventDefault(), submit()) },
    files.node, h("div", { class: "box" }, files.button, input, send), hint, list);
  const target = { room: null, thread: null };
  let rows = [];
  let active = -1;

  function aim(room, name, thread, why = "") {
    target.room = room;
    target.thread = thread;
    input.disabled = send.disabled = Boolean(why);
    files.enable(!why);
    input.placeholder = why || (thread ? "Reply…" : `Message ${name}, or /`);
    input.setAttribute("aria-label", thread ? "Reply in the thread" : `Message ${name}`);
    hint.textContent = why || (thread ? "Commands do not work in threads." : `Enter sends, Shift+Enter makes a new line. You write as ${state.viewer.real_name}.`);
  }

  function suggest() {
    const typed = input.value;
    const offers = !target.thread && typed.startsWith("/") && !typed.includes("\n")
      ? state.start.commands.filter((one) => one.text.startsWith(typed.trimEnd()) && one.text !== typed.trimEnd() || one.text === typed)
      : [];
    if (!offers.length) return shut();
    rows = offers.map((one) => h("li", { role: "option", id: freshId("command"), "aria-selected": "false", "data-text": one.text,
      onpointerdown: (event) => { event.preventDefault(); take(one.text); submit(); } }, h("code", {}, one.text), h("small", {}, one.does)));
    list.replaceChildren(...rows);
    mark(0);
    showAt(list, input);
    input.setAttribute("aria-expanded", "true");
    return undefined;
  }

  function mark(index) {
    active = index;
    rows.forEach((row, at) => {
      row.classList.toggle("active", at === index);
      row.setAttribute("aria-selected", String(at === index));
    });
    if (rows[index]) {
      input.setAttribute("aria-activedescendant", rows[index].id);
      rows[index].scrollIntoView({ block: "nearest" });
    } else input.removeAttribute("aria-activedescendant");
  }

  function shut() {
    rows = [];
    mark(-1);
    hide(list);
    input.setAttribute("aria-expanded", "false");
  }

  function take(text) {
    input.value = text;
    shut();
    grow();
  }

  async function submit() {
    const text = input.value.trim();
    const file = files.chosen();
    if (!(text || file) || send.getAttribute("aria-busy")) return;
    shut();
    const slash = /^(\/\S+)\s*([\s\S]*)$/.exec(text);
    if (slash && file) return files.refuse("A command cannot carry a file. Remove the file, or send it without the command.");
    if (slash && !(state.connected && state.botIsReady)) return files.refuse(NOT_YET);
    files.refuse("");
    send.setAttribute("aria-busy", "true");
    try {
      const thread = target.thread ? { thread_ts: target.thread } : {};
      const kept = input.value;
      input.value = "";
      grow();
      const sent = file
        ? share(file, { user: state.viewer.id, channel: target.room, text: escaped(text), ...thread })
        : slash
        ? perform("command", { channel: target.room, command: slash[1], text: slash[2], ...thread })
        : perform("say", { channel: target.room, text: escaped(text), ...thread });
      const outcome = await sent.catch((error) => {
        if (file && !(error instanceof TypeError)) files.refuse(error.message);
        else complain(error);
        return { error };
      });
      if (outcome?.error && !input.value) input.value = kept; // nobody took it
    } finally {
      send.removeAttribute("aria-busy");
    }
  }

  async function share(file, message) {
    await perform("share", { ...message, name: file.name, content: await files.content() });
    if (files.chosen() === file) files.clear();
  }

  function grow() {
    input.style.height = "auto";
    input.style.height = `${Math.min(160, input.scrollHeight + 2)}px`;
  }

  input.addEventListener("input", () => {
    grow();
    suggest();
  });
  input.addEventListener("blur", shut);
  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (rows.length && step) {
      event.preventDefault();
      mark((active + step + rows.length) % rows.length);
    } else if (rows.length && (event.key === "Tab" || event.key === "Enter") && !event.shiftKey) {
      event.preventDefault();
      take(rows[active].dataset.text);
      if (event.key === "Enter") submit();
    } else if (rows.length && event.key === "Escape") {
      event.preventDefault();
      shut();
    } else if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      submit();
    }
  });
  return { node, control: input, aim, calm: () => files.refuse("") };
}

/** People's words are kept as Slack keeps them: with its three entities. */
const escaped = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
