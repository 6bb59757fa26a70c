// Slack's text markup as nodes. Everything foreign ends up in text nodes.

import { format } from "./dates.js";
import { h } from "./dom.js";
import { withEmoji } from "./emoji.js";
import { personName, roomOf, sandboxNow, state } from "./state.js";

const TOKEN = /<([^<>\n]+)>/;
const DATE = /^!date\^(\d+)\^([^^|]+)(?:\^([^|]*))?$/;
const BARE = /\bhttps?:\/\/[^\s<>|]+[^\s<>|.,;:!?)"'\]]/;
/*
 * The bot puts a zero-width space before each mark of foreign text. Slack does not say what it makes of one; here a mark
 * with such a space beside it is only a sign, inside a stretch as well, so that the page shows the worse of the two.
 */
const CODE = /(?<!\u200b)`(?!\u200b)((?:\u200b`|`\u200b|[^`\n])+?)(?<!\u200b)`(?!\u200b)/;
const STYLES = [["*", "strong"], ["_", "em"], ["~", "s"]].map(([mark, tag]) => [styled(mark), tag]);

/** Return what finds a stretch between two marks that stand at the edges of words. */
function styled(mark) {
  const m = `\\${mark}`;
  const inner = `(?:<[^<>]*>|\\u200b${m}|${m}\\u200b|[^${m}\\n])*?(?<![\\s\\u200b])`;
  return new RegExp(`(?<![\\w${m}\\u200b])${m}(?![\\s\\u200b])(${inner})${m}(?![\\w${m}\\u200b])`);
}

const unescape = (text) => text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");

/** Return the nodes of a text object: mrkdwn read, plain_text shown as it is (with its emoji, if it asks). */
export function textNodes(value) {
  if (!value || typeof value !== "object") return [];
  const text = String(value.text ?? "");
  if (value.type === "mrkdwn") return mrkdwn(text);
  return value.emoji ? withEmoji(text) : [text];
}

/** Return the words of a text object, without any markup. */
export const words = (value) => textNodes(value).map((node) => node.textContent ?? node).join("");

/** Return the nodes of mrkdwn: preformatted parts and lines first, then what stands in them. */
export function mrkdwn(text) {
  return text.split(/```/).flatMap((part, index, all) => {
    if (index % 2 === 1 && index < all.length - 1) {
      return [h("pre", {}, ...spans(part.replace(/^\n|\n$/g, ""), { plain: true }))];
    }
    return lines(index % 2 === 1 ? `\`\`\`${part}` : part);
  });
}

function lines(text) {
  const nodes = [];
  let quote = null;
  text.split("\n").forEach((line, index) => {
    const quoted = /^(?:&gt;|>) ?(.*)$/.exec(line);
    if (quoted) {
      if (!quote) nodes.push((quote = h("blockquote")));
      else quote.append(h("br"));
      quote.append(...spans(quoted[1]));
      return;
    }
    if (index > 0 && !quote) nodes.push(h("br"));
    quote = null;
    nodes.push(...spans(line));
  });
  return nodes;
}

function spans(text, how = {}) {
  const token = TOKEN.exec(text);
  if (!how.plain) {
    const code = CODE.exec(text);
    if (code) return around(text, code, h("code", {}, ...spans(code[1], { plain: true })), how);
    const found = firstStyled(text);
    if (found) return around(text, found, h(found.tag, {}, ...spans(found[1], how)), how);
  }
  if (token) return around(text, token, tokenNode(token[1]), how);
  if (how.plain) return [unescape(text)];
  const bare = BARE.exec(text);
  if (bare) return around(text, bare, link(unescape(bare[0]), unescape(bare[0])), how);
  return withEmoji(unescape(text));
}

function around(text, match, node, how) {
  const before = text.slice(0, match.index);
  const after = text.slice(match.index + match[0].length);
  return [...(before ? spans(before, how) : []), node, ...(after ? spans(after, how) : [])];
}

/** Find the first *bold*, _italic_ or ~struck~ stretch whose marks stand at the edges of words. */
function firstStyled(text) {
  let found = null;
  for (const [pattern, tag] of STYLES) {
    const match = pattern.exec(text);
    if (match && match[1] && !insideToken(text, match.index) && (!found || match.index < found.index)) {
      match.tag = tag;
      found = match;
    }
  }
  return found;
}

function insideToken(text, index) {
  return text.lastIndexOf("<", index) > text.lastIndexOf(">", index) && text.indexOf(">", index) !== -1;
}

function tokenNode(inner) {
  const bar = inner.indexOf("|");
  const target = bar < 0 ? inner : inner.slice(0, bar);
  const label = bar < 0 ? "" : unescape(inner.slice(bar + 1));
  const date = DATE.exec(target);
  if (date) return dateNode(date, label);
  if (target.startsWith("@")) return h("span", { class: "mention" }, `@${known(target.slice(1), label)}`);
  if (target.startsWith("#")) {
    return h("span", { class: "mention" }, `#${roomOf(target.slice(1))?.name ?? (label || "private-channel")}`);
  }
  if (target.startsWith("!")) return h("span", { class: "mention" }, label || `@${target.slice(1).split("^")[0]}`);
  return link(unescape(target), label || unescape(target).replace(/^mailto:/, ""));
}

const known = (id, label) => (state.people.has(id) ? personName(id) : label || id);

function dateNode(match, fallback) {
  const epoch = Number(match[1]);
  const moment = new Date(epoch * 1000);
  if (Number.isNaN(moment.getTime())) return document.createTextNode(fallback);
  const said = format(epoch, unescape(match[2]), state.viewer.tz, sandboxNow());
  const node = h("time", { datetime: moment.toISOString(), title: `${fallback} · shown for ${state.viewer.tz}` }, said);
  return match[3] ? link(unescape(match[3]), node) : node;
}

/** Return a link that opens a new tab, or only its words when the address is not one to open. */
export function link(address, label) {
  if (!isOpenable(address)) return h("span", { title: address }, label);
  return h("a", { href: address, target: "_blank", rel: "noopener noreferrer", title: address }, label);
}

/** Say whether an address may be opened from the page. */
export const isOpenable = (address) => /^(https?:\/\/|mailto:)/i.test(address);
