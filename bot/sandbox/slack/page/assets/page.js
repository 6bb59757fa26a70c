// The start: read the address, draw the frame, follow the sandbox.

import { act, look } from "./api.js";
import { composer } from "./composer.js";
import { startDrawer } from "./drawer.js";
import { h } from "./dom.js";
import { homeView } from "./home.js";
import { timelineView } from "./messages.js";
import { startModals } from "./modal.js";
import { mrkdwn } from "./mrkdwn.js";
import { drawSidebar } from "./sidebar.js";
import { become, follow, onChange, roomId, state, timeline } from "./state.js";
import { complain } from "./toasts.js";

const at = (id) => document.getElementById(id);
const CLOCK_MS = 20_000;
const unread = new Map();
const view = { key: "", timeline: null, home: null, composer: null, thread: null };

function address() {
  const [person, place, thread] = decodeURIComponent(location.hash.replace(/^#\/?/, "")).split("/");
  return { person, place, thread };
}

function go(person, place, thread) {
  const wanted = `#/${[person, place, thread].filter(Boolean).map(encodeURIComponent).join("/")}`;
  if (location.hash === wanted) moved();
  else location.hash = wanted;
}

function moved() {
  const { person, place, thread } = address();
  const people = state.start.people.filter((one) => !one.is_bot);
  const chosen = people.find((one) => one.name === person) ?? people[0];
  state.place = place || "finance";
  state.threadTs = thread || null;
  if (chosen.name !== state.viewer?.name) {
    unread.clear();
    become(chosen);
  }
  narrow(false);
  frame();
}

/** Draw the middle for the place; what belongs to the same person and place is kept. */
function frame() {
  if (!state.begun) return drawSide();
  const gone = !["dm", "home"].includes(state.place) && !roomId(state.place);
  if (gone) state.place = state.rooms[0]?.name ?? "dm";
  const key = `${state.viewer.id} ${state.run} ${state.place}`;
  if (key !== view.key) {
    view.key = key;
    if (state.place === "home") drawHome();
    else drawRoom();
  }
  drawThread();
  drawSide();
  return refresh();
}

function heading(title, about) {
  return h("header", { class: "place" }, h("h2", { id: "place-title" }, title), h("p", {}, about));
}

function drawHome() {
  Object.assign(view, { home: homeView(), timeline: null, composer: null });
  at("main").replaceChildren(heading(`${state.start.app}: Home`, `What the app shows to ${state.viewer.real_name}`), view.home.node);
  at("main").setAttribute("aria-labelledby", "place-title");
  act("open_home", { user: state.viewer.id }).catch(complain);
}

function drawRoom() {
  const dm = state.place === "dm";
  const room = state.rooms.find((one) => one.name === state.place);
  const title = dm ? `${state.start.app}: Messages` : `#${room.name}`;
  view.home = null;
  view.timeline = timelineView({ label: `Messages of ${title}`, onThread: (ts) => go(state.viewer.name, state.place, ts) });
  view.composer = composer({ id: "composer", label: `Message ${title}` });
  at("main").replaceChildren(heading(title, dm ? `Between ${state.viewer.real_name} and the app` : about(room)), view.timeline.node, view.composer.node);
  at("main").setAttribute("aria-labelledby", "place-title");
  aim();
}

const about = (room) => [room.is_private ? "Private channel" : "Channel", room.is_archived ? "archived" : "", room.is_member ? "" : "you are not a member"].filter(Boolean).join(", ");

function aim() {
  const dm = state.place === "dm";
  const room = state.rooms.find((one) => one.name === state.place);
  const why = dm || (room?.is_member && !room.is_archived) ? "" : "You can read this channel, but not write here.";
  view.composer?.aim(dm ? "dm" : room?.id, dm ? state.start.app : `#${room?.name}`, null, why);
  view.thread?.composer.aim(dm ? "dm" : room?.id, "", state.threadTs, why);
}

function drawThread() {
  const pane = at("thread");
  const wanted = state.threadTs && state.place !== "home" ? `${view.key} ${state.threadTs}` : "";
  if ((view.thread?.key ?? "") === wanted) return;
  if (!wanted) {
    view.thread = null;
    pane.hidden = true;
    pane.replaceChildren();
    return;
  }
  view.thread = { key: wanted, timeline: timelineView({ label: "Thread" }), composer: composer({ id: "reply", label: "Reply" }) };
  const close = () => go(state.viewer.name, state.place);
  pane.replaceChildren(h("header", { class: "place" }, h("h2", {}, "Thread"),
    h("button", { type: "button", class: "quiet", "aria-label": "Close the thread", onclick: close }, "×")),
    view.thread.timeline.node, view.thread.composer.node);
  pane.hidden = false;
  aim();
  view.thread.composer.control.focus();
}

/** Show what is said, in the channel and in the open thread. */
function refresh() {
  view.home?.show();
  if (!view.timeline) return;
  const entries = timeline(roomId(state.place));
  const roots = new Set(entries.map((entry) => entry.ts));
  const isReply = (entry) => entry.thread_ts && entry.thread_ts !== entry.ts && roots.has(entry.thread_ts);
  const replies = new Map();
  for (const entry of entries.filter(isReply)) replies.set(entry.thread_ts, (replies.get(entry.thread_ts) ?? 0) + 1);
  view.timeline.show(entries.filter((entry) => !isReply(entry)), replies);
  view.thread?.timeline.show(entries.filter((entry) => entry.ts === state.threadTs || entry.thread_ts === state.threadTs));
  unread.delete(roomId(state.place));
}

function drawSide() {
  drawSidebar(at("sidebar"), unread, go);
  document.title = `${state.place} · ${state.viewer.real_name} · sandbox, not Slack`;
}

function announce(fresh) {
  const here = roomId(state.place);
  for (const entry of fresh) {
    if (entry.kind !== "message" || entry.user === state.viewer.id) continue;
    if (entry.channel !== here) unread.set(entry.channel, (unread.get(entry.channel) ?? 0) + 1);
    else at("news").textContent = `${entry.name}: ${[h("p", {}, ...mrkdwn(entry.text)).textContent, ...(entry.files ?? []).map((file) => `File ${file.name}`)].filter(Boolean).join(" ")}`;
  }
}

function link() {
  at("link-state").textContent = !state.connected ? "Reconnecting…" : state.botIsReady ? "" : "The bot is starting…";
  document.body.classList.toggle("away", !state.connected);
  if (state.connected && state.botIsReady) view.composer?.calm();
}

function narrow(open) {
  document.body.classList.toggle("places-open", open);
  at("open-places").setAttribute("aria-expanded", String(open));
}

function changed(what, fresh) {
  if (what.has("link")) link();
  announce(fresh);
  if (what.has("start")) frame();
  else {
    if (what.has("rooms")) frame();
    if (what.has(roomId(state.place)) || what.has("home")) refresh();
    if (what.has("rooms")) aim();
    if (fresh.length || what.has("rooms")) drawSide();
  }
}

async function start() {
  for (;;) {
    try {
      state.start = await look("page");
      break;
    } catch {
      at("link-state").textContent = "Reconnecting…";
      await new Promise((done) => setTimeout(done, 700));
    }
  }
  at("link-state").textContent = "";
  at("open-places").addEventListener("click", () => narrow(!document.body.classList.contains("places-open")));
  at("skip").addEventListener("click", (event) => {
    event.preventDefault();
    (view.composer?.control ?? at("main")).focus();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.defaultPrevented || document.querySelector("dialog[open]")) return;
    if (document.body.classList.contains("places-open")) narrow(false);
    else if (state.threadTs && at("thread").contains(document.activeElement)) go(state.viewer.name, state.place);
  });
  onChange(changed);
  startModals();
  startDrawer();
  window.addEventListener("hashchange", moved);
  moved();
  setInterval(drawSide, CLOCK_MS);
  follow();
}

start();
