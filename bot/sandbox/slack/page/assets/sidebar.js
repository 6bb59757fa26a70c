// People to be, and places to go.

import { clockTime } from "./dates.js";
import { add, h } from "./dom.js";
import { avatar } from "./messages.js";
import { sandboxNow, state } from "./state.js";

/** Draw the sidebar. `unread` gives counts by room id; `go(person, place)` moves. */
export function drawSidebar(nav, unread, go) {
  const focused = nav.contains(document.activeElement) ? document.activeElement.dataset.key : null;
  const people = [...(state.people.size ? state.people.values() : state.start.people)].filter((person) => !person.is_bot);
  const rooms = state.rooms.map((room) => placeLink(room.name, `# ${room.name}`, unread.get(room.id), room.is_archived ? "archived" : room.is_private ? "private" : ""));
  nav.replaceChildren();
  add(nav, [
    h("h1", {}, state.start.team, h("small", {}, "a pretend workspace")),
    h("h2", { id: "who" }, "Look and act as"),
    h("ul", { class: "people", "aria-labelledby": "who" }, people.map((person) => personButton(person, go))),
    h("h2", { id: "channels" }, "Channels"),
    h("ul", { class: "places", "aria-labelledby": "channels" }, rooms),
    h("h2", { id: "apps" }, "App"),
    h("ul", { class: "places", "aria-labelledby": "apps" },
      placeLink("home", `⌂ ${state.start.app}: Home`, 0, ""),
      placeLink("dm", `✉ ${state.start.app}: Messages`, unread.get(state.dm), "")),
  ]);
  if (focused) nav.querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus();
}

function personButton(person, go) {
  const here = person.id === state.viewer.id;
  const role = [person.title, person.is_admin ? "admin" : ""].filter(Boolean).join(", ");
  const time = `${clockTime(sandboxNow().getTime() / 1000, person.tz)} in ${person.tz.split("/").pop().replaceAll("_", " ")}`;
  return h("li", {}, h("button", { type: "button", "aria-pressed": String(here), "data-key": `as ${person.name}`,
    onclick: () => go(person.name, state.place) }, avatar(person.real_name, false),
    h("span", {}, h("span", { class: "name" }, person.real_name), h("small", {}, role), h("small", { class: "local" }, time))));
}

function placeLink(place, label, count, mark) {
  const here = state.place === place;
  return h("li", {}, h("a", { href: `#/${state.viewer.name}/${encodeURIComponent(place)}`, "aria-current": here ? "page" : null, "data-key": `to ${place}`,
    class: count ? "unread" : null }, h("span", {}, label), mark ? h("small", {}, mark) : null,
    count ? h("span", { class: "count", "aria-label": `${count} new` }, count) : null));
}
