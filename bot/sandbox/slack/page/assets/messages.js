// The timeline: one node for each message, kept while the message lives.

import { attachmentNodes, showBlocks } from "./blocks.js";
import { clockTime, dayOf } from "./dates.js";
import { arrange, fill, h, plural } from "./dom.js";
import { fileRows } from "./files.js";
import { mrkdwn } from "./mrkdwn.js";
import { payloadView } from "./payload.js";
import { shortcutMenu } from "./shortcuts.js";
import { sandboxNow, state } from "./state.js";
import { Surface } from "./surfaces.js";

const NEAR_END = 90;

/** Return {node, show, toEnd}: a list of messages that `show(entries, replies)` brings up to date. */
export function timelineView({ label, onThread }) {
  const node = h("div", { class: "timeline", role: "region", "aria-label": label, tabindex: "0" });
  const list = h("ol");
  const more = h("button", { type: "button", class: "more", hidden: true, onclick: () => toEnd() }, "New messages below ↓");
  node.append(list, more);
  const known = new Map();
  const days = new Map();

  const atEnd = () => node.scrollHeight - node.scrollTop - node.clientHeight < NEAR_END;
  const toEnd = () => {
    node.scrollTop = node.scrollHeight;
    more.hidden = true;
  };
  node.addEventListener("scroll", () => atEnd() && (more.hidden = true));

  function show(entries, replies = new Map()) {
    const stay = atEnd();
    const rows = [];
    const seen = new Set();
    let day = "";
    let grown = false;
    for (const entry of entries) {
      const today = dayOf(entry.ts, state.viewer.tz, sandboxNow());
      if (today !== day) rows.push(dayNode(days, today));
      day = today;
      const key = `${entry.kind} ${entry.ts}`;
      seen.add(key);
      let row = known.get(key);
      if (!row) {
        grown = true;
        row = entry.kind === "notice" ? noticeRow(entry) : messageRow(entry, onThread);
        known.set(key, row);
      }
      row.update(entry, replies.get(entry.ts) ?? 0);
      rows.push(row.node);
    }
    for (const key of [...known.keys()]) if (!seen.has(key)) known.delete(key);
    arrange(list, rows.length ? rows : [emptyNode]);
    if (stay) toEnd();
    else if (grown) more.hidden = false;
  }

  const emptyNode = h("li", { class: "nothing" }, "Nothing was said here yet.");
  return { node, show, toEnd };
}

function dayNode(days, name) {
  if (!days.has(name)) days.set(name, h("li", { class: "day" }, h("span", {}, name[0].toUpperCase() + name.slice(1))));
  return days.get(name);
}

function noticeRow(entry) {
  const node = h("li", { class: "notice", "data-ts": entry.ts }, h("strong", {}, "Sandbox, in Slack's place: "), entry.text,
    h("small", { class: "private" }, " Only visible to you"));
  return { node, update: () => {} };
}

/** Return the initials and the colour class of somebody. */
export function avatar(name, isBot) {
  const letters = name.split(/\s+/).map((word) => word[0] ?? "").slice(0, 2).join("").toUpperCase();
  const shade = [...name].reduce((sum, letter) => (sum * 14 + letter.codePointAt(0)) % 997, 0) % 6;
  return h("span", { class: `avatar ${isBot ? "bot" : `shade-${shade}`}`, "aria-hidden": "true" }, isBot ? "d" : letters);
}

function messageRow(first, onThread) {
  const surface = new Surface({ channel: first.channel, ts: first.ts, stale: true }, first.state?.values);
  const said = h("div", { class: "content" });
  const attached = h("div", { class: "attached" });
  const shared = h("div", { class: "files" });
  const marks = h("span", { class: "marks" });
  const thread = h("button", { type: "button", class: "quiet small replies", onclick: () => onThread?.(first.thread_ts ?? first.ts) });
  const sent = payloadView(`the message of ${clockTime(first.ts, state.viewer.tz)}`);
  const article = h("article", { tabindex: "-1", "aria-label": `${first.name}, ${clockTime(first.ts, state.viewer.tz)}` },
    avatar(first.name, first.by_bot),
    h("div", { class: "words" },
      h("p", { class: "who" }, h("strong", {}, first.name), first.by_bot ? h("span", { class: "app" }, "APP") : null,
        h("time", { title: first.ts }, clockTime(first.ts, state.viewer.tz)), marks),
      first.ephemeral ? h("p", { class: "private" }, "Only visible to you") : null,
      said, shared, attached,
      h("div", { class: "tools" }, thread, shortcutMenu(first), first.by_bot ? sent.toggle : null, first.by_bot ? sent.badge : null),
      first.by_bot ? sent.panel : null));
  const node = h("li", { "data-ts": first.ts, class: first.ephemeral ? "is-private" : null }, article);
  let shown = "";
  let counted = -1;

  function update(entry, replies) {
    if (replies !== counted) {
      counted = replies;
      thread.textContent = replies ? plural(replies, "reply", "replies") : "Reply";
      thread.classList.toggle("has", replies > 0);
      thread.hidden = !onThread || entry.ephemeral;
    }
    const json = JSON.stringify([entry.blocks, entry.text, entry.attachments, entry.updates, entry.edited, entry.problems, entry.files]);
    if (json === shown) return;
    if (shown) flash(article);
    shown = json;
    surface.values = entry.state?.values;
    if (entry.blocks.length) showBlocks(said, entry.blocks, surface);
    else if (!entry.text && entry.files?.length) fill(said);
    else fill(said, h("div", { class: "text" }, ...mrkdwn(entry.text)));
    fill(attached, ...attachmentNodes(entry.attachments ?? [], surface));
    fill(shared, ...fileRows(entry.files ?? []));
    fill(marks, entry.edited ? " (edited)" : "", entry.updates ? h("small", { title: "How often the bot replaced it" }, ` · updated ${entry.updates}×`) : "");
    sent.update({ text: entry.text, blocks: entry.blocks, ...(entry.attachments?.length ? { attachments: entry.attachments } : {}),
      ...(entry.metadata ? { metadata: entry.metadata } : {}), ...(entry.thread_ts ? { thread_ts: entry.thread_ts } : {}) }, entry.problems);
  }
  return { node, update };
}

function flash(node) {
  node.classList.remove("changed");
  void node.offsetWidth;
  node.classList.add("changed");
}
