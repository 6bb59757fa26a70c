// Menus of Block Kit: where their options come from.

import { among, chooser } from "./choices.js";
import { confirmed } from "./confirm.js";
import { dotsMenu } from "./dots.js";
import { h } from "./dom.js";
import { isOpenable, words } from "./mrkdwn.js";
import { personName, roomOf, state } from "./state.js";

const MOST_SHOWN = 100;

const asOption = (option) => ({ value: option.value, label: words(option.text), description: words(option.description) });

const grouped = (held) =>
  (held.option_groups ?? [{ options: held.options ?? [] }]).map((group) => ({
    label: words(group.label),
    options: group.options.map(asOption),
  }));

/** Return a select menu of any source. */
export function selectMenu(surface, block, element, label) {
  const kind = element.type.replace(/^multi_/, "");
  const many = element.type.startsWith("multi_");
  const now = surface.stateOf(block, element);
  const chosen = chosenOf(kind, many, now);
  return chooser({
    label,
    labelled: block.type === "input",
    many,
    chosen,
    most: element.max_selected_items,
    clearable: block.type === "input" && block.optional,
    placeholder: words(element.placeholder) || (many ? "Choose…" : "Choose…"),
    ...source(surface, block, element, kind),
    changed: (list) => surface.choose(block, element, many ? list.map((o) => o.value) : (list[0]?.value ?? null)),
  });
}

function chosenOf(kind, many, now) {
  const tail = many ? "s" : "";
  const key = { users_select: "user", conversations_select: "conversation", channels_select: "channel" }[kind] ?? "option";
  const found = now?.[`selected_${key}${tail}`];
  const list = many ? (found ?? []) : found ? [found] : [];
  if (key === "option") return list.map(asOption);
  return list.map((id) => ({ value: id, label: key === "user" ? personName(id) : roomLabel(id) }));
}

const roomLabel = (id) => (id === state.dm ? "Direct message" : `#${roomOf(id)?.name ?? "private-channel"}`);

function source(surface, block, element, kind) {
  switch (kind) {
    case "external_select":
      return {
        slow: true,
        least: element.min_query_length ?? 3,
        find: async (query) => found(await surface.options(block, element, query)),
      };
    case "users_select":
      return { find: among([{ options: [...state.people.values()].map((p) => ({ value: p.id, label: p.real_name, description: p.title })) }]) };
    case "conversations_select":
    case "channels_select":
      return { find: among([{ options: conversations(element, kind) }]) };
    default:
      return { find: among(grouped(element)) };
  }
}

function conversations(element, kind) {
  const kinds = kind === "channels_select" ? ["public"] : (element.filter?.include ?? ["public", "private", "im"]);
  const rooms = state.rooms
    .filter((room) => !room.is_archived && kinds.includes(room.is_private ? "private" : "public"))
    .map((room) => ({ value: room.id, label: `#${room.name}`, description: room.is_private ? "private" : "" }));
  const withBot = kinds.includes("im") && !element.filter?.exclude_bot_users && state.entries.has(state.dm);
  return withBot ? [...rooms, { value: state.dm, label: "Direct message" }] : rooms;
}

/** Return what the bot offered, at most so many, and what to say below it. */
function found(outcome) {
  if (outcome.status !== 200 || outcome.problems.some((problem) => problem.hard)) {
    return { groups: [], note: "The options could not be loaded." };
  }
  const body = outcome.ack_body ?? {};
  let left = MOST_SHOWN;
  const groups = grouped(body).map(({ label, options }) => {
    const some = options.slice(0, left);
    left -= some.length;
    return { label, options: some };
  });
  const count = outcome.options.length;
  return { groups, note: count >= MOST_SHOWN ? `The first ${MOST_SHOWN} are shown: there may be more than shown. Type to narrow.` : "" };
}

/** Return the button with dots and its menu. */
export function overflowMenu(surface, block, element) {
  const pick = async (option, event) => {
    if (element.confirm && option.url) event.preventDefault();
    menu.close();
    if (!(await confirmed(element.confirm))) return;
    if (element.confirm && option.url && isOpenable(option.url)) window.open(option.url, "_blank", "noopener");
    await surface.click(block, element, { selected: option.value }, menu.button);
  };
  const menu = dotsMenu("overflow", "More actions", () => element.options.map((option) => {
    const opens = option.url && isOpenable(option.url);
    return h(opens ? "a" : "button", { type: opens ? null : "button",
      href: opens ? option.url : null, target: opens ? "_blank" : null, rel: opens ? "noopener noreferrer" : null,
      onclick: (event) => pick(option, event) }, words(option.text),
      option.description ? h("small", {}, words(option.description)) : null);
  }));
  return { root: menu.node, control: menu.button };
}
