// Rich text blocks.

import { format } from "./dates.js";
import { h } from "./dom.js";
import { withEmoji } from "./emoji.js";
import { link } from "./mrkdwn.js";
import { personName, roomOf, sandboxNow, state } from "./state.js";

const TAGS = { bold: "strong", italic: "em", strike: "s", code: "code" };

/** Return the nodes of the elements of a rich_text block. */
export function richText(elements) {
  return elements.map((element) => {
    switch (element.type) {
      case "rich_text_section":
        return h("div", { class: "text" }, leaves(element));
      case "rich_text_quote":
        return h("blockquote", {}, leaves(element));
      case "rich_text_preformatted":
        return h("pre", {}, leaves(element));
      case "rich_text_list":
        return h(element.style === "ordered" ? "ol" : "ul", {}, element.elements.map((entry) => h("li", { class: "text" }, leaves(entry))));
      default:
        throw new Error(`unknown part ${element.type}`);
    }
  });
}

const leaves = (element) => element.elements.map(leaf);

function leaf(part) {
  let node = plain(part);
  for (const [style, tag] of Object.entries(TAGS)) if (part.style?.[style]) node = h(tag, {}, node);
  return node;
}

function plain(part) {
  switch (part.type) {
    case "text":
      return part.text;
    case "link":
      return link(part.url, part.text || part.url);
    case "user":
      return h("span", { class: "mention" }, `@${personName(part.user_id)}`);
    case "channel":
      return h("span", { class: "mention" }, `#${roomOf(part.channel_id)?.name ?? "private-channel"}`);
    case "broadcast":
      return h("span", { class: "mention" }, `@${part.range}`);
    case "emoji":
      return withEmoji(`:${part.name}:`);
    case "date":
      return h("time", {}, format(Number(part.timestamp), part.format ?? "{date}", state.viewer.tz, sandboxNow()));
    default:
      throw new Error(`unknown leaf ${part.type}`);
  }
}
