// What the person sees, kept up to date by asking for changes.

import { act, look, Refused } from "./api.js";

const WAIT_SECONDS = 2;
const RETRY_MS = 700;

/** The store. Listeners are called with the set of what changed: room ids, "home", "stack", "rooms", "start". */
export const state = {
  start: null,
  viewer: null,
  place: null,
  threadTs: null,
  revision: 0,
  run: null,
  rooms: [],
  dm: "",
  people: new Map(),
  problems: 0,
  entries: new Map(),
  modals: new Map(),
  stack: [],
  home: null,
  begun: false,
  connected: true,
  botIsReady: true,
  clockAhead: 0,
};

const listeners = [];
let asking = null;
let era = 0;

export const onChange = (listener) => listeners.push(listener);

const tell = (what, fresh = []) => listeners.forEach((listener) => listener(new Set(what), fresh));

/** Return the name behind a user id. */
export const personName = (id) => state.people.get(id)?.real_name ?? id;

/** Return the channel behind an id, if the viewer can see it. */
export const roomOf = (id) => state.rooms.find((room) => room.id === id);

/** Return the id of the conversation of a place: a channel's name or `dm`. */
export function roomId(place) {
  return place === "dm" ? state.dm : state.rooms.find((room) => room.name === place)?.id;
}

/** Return the present moment of the sandbox. */
export const sandboxNow = () => new Date(Date.now() + state.clockAhead);

/** Return what is said in a conversation, in order. */
export function timeline(id) {
  return [...(state.entries.get(id)?.values() ?? [])].sort((a, b) => (a.ts < b.ts ? -1 : a.ts > b.ts ? 1 : 0));
}

/** Look through the eyes of another person. */
export function become(person) {
  state.viewer = person;
  forget();
  tell(["start"]);
  ask();
}

function forget() {
  state.revision = 0;
  state.entries = new Map();
  state.modals = new Map();
  state.stack = [];
  state.home = null;
  state.begun = false;
  era += 1;
}

/** Ask for changes at once; called after every act so that its effect shows without delay. */
export function ask() {
  asking?.abort();
}

/** Do something as the viewer; what it changed shows at once. Refusals are the caller's. */
export async function perform(what, body = {}) {
  try {
    return await act(what, { user: state.viewer.id, ...body });
  } finally {
    ask();
  }
}

/** Follow the sandbox for ever, through restarts. */
export async function follow() {
  for (;;) {
    const now = era;
    asking = new AbortController();
    try {
      const seen = await question(asking.signal);
      if (now === era) take(seen);
    } catch (error) {
      if (error.name === "AbortError") continue;
      if (error instanceof Refused && error.status === 404) await restart();
      if (state.connected) {
        state.connected = false;
        tell(["link"]);
      }
      await new Promise((done) => setTimeout(done, RETRY_MS));
    }
  }
}

function question(signal) {
  const query = { user: state.viewer.id, since: state.revision, wait: state.connected ? WAIT_SECONDS : 0, bot: state.botIsReady };
  if (state.run) query.run = state.run;
  return look("changes", query, signal);
}

async function restart() {
  const start = await look("page").catch(() => null);
  if (!start) return;
  state.viewer = start.people.find((person) => person.name === state.viewer.name) ?? start.people[0];
}

function take(seen) {
  const changed = new Set();
  const fresh = [];
  const begins = !state.begun;
  if (state.run !== seen.run) {
    forget();
    era -= 1;
    state.run = seen.run;
    changed.add("start");
  }
  if (!state.connected) {
    state.connected = true;
    changed.add("link");
  }
  if (state.botIsReady !== seen.bot_is_ready) changed.add("link");
  state.botIsReady = seen.bot_is_ready;
  if (begins) changed.add("start");
  state.clockAhead = Date.parse(seen.now) - Date.now();
  state.dm = seen.dm;
  if (differs(state.rooms, seen.rooms) || differs([...state.people.values()], seen.people)) {
    state.rooms = seen.rooms;
    state.people = new Map(seen.people.map((person) => [person.id, person]));
    changed.add("rooms");
  }
  if (state.problems !== seen.problems) changed.add("problems");
  state.problems = seen.problems;
  for (const entry of seen.entries) keep(entry, changed, begins || changed.has("start") ? [] : fresh);
  if (differs(state.stack, seen.stack)) changed.add("stack");
  state.stack = seen.stack;
  state.revision = seen.revision;
  state.begun = true;
  if (changed.size || fresh.length) tell(changed, fresh);
}

function keep(entry, changed, fresh) {
  if (entry.kind === "modal") {
    state.modals.set(entry.id, entry);
    changed.add("stack");
  } else if (entry.kind === "home") {
    state.home = entry;
    changed.add("home");
  } else if (entry.kind === "notice" && !entry.channel) {
    fresh.push(entry);
  } else {
    const room = state.entries.get(entry.channel) ?? new Map();
    state.entries.set(entry.channel, room);
    const key = entry.kind === "notice" ? `notice ${entry.ts}` : entry.ts;
    if (entry.kind === "deleted") room.delete(key);
    else {
      if (!room.has(key)) fresh.push(entry);
      room.set(key, entry);
    }
    changed.add(entry.channel);
  }
}

const differs = (a, b) => JSON.stringify(a) !== JSON.stringify(b);
