// Lists and menus that stand above everything else, below (or above) what opened them.

const GAP = 4;

/** Show `popup` at `anchor`, as wide at least, inside the window. */
export function showAt(popup, anchor) {
  if (!popup.matches(":popover-open")) popup.showPopover();
  const box = anchor.getBoundingClientRect();
  popup.style.minWidth = `${Math.min(box.width, 560, window.innerWidth - 16)}px`;
  popup.style.maxHeight = "300px";
  const below = window.innerHeight - box.bottom - GAP - 8;
  const wanted = popup.scrollHeight + 2;
  const up = below < Math.min(wanted, 300) && box.top > below;
  popup.style.maxHeight = `${Math.max(96, Math.min(300, up ? box.top - GAP - 8 : below))}px`;
  popup.style.left = `${Math.max(8, Math.min(box.left, window.innerWidth - popup.offsetWidth - 8))}px`;
  popup.style.top = up ? `${box.top - GAP - popup.offsetHeight}px` : `${box.bottom + GAP}px`;
}

/** Take `popup` away. */
export function hide(popup) {
  if (popup.isConnected && popup.matches(":popover-open")) popup.hidePopover();
}

/** Call `close` when somebody clicks outside `nodes`, and `again` when what they hang on moves. */
export function closeOutside(nodes, close, again) {
  const pressed = (event) => {
    if (!nodes.some((node) => node.contains(event.target))) end();
  };
  const moved = (event) => {
    if (!nodes.some((node) => node.contains(event.target))) again();
  };
  const end = () => {
    stop();
    close();
  };
  const stop = () => {
    document.removeEventListener("pointerdown", pressed, true);
    document.removeEventListener("scroll", moved, true);
    window.removeEventListener("resize", end);
  };
  document.addEventListener("pointerdown", pressed, true);
  document.addEventListener("scroll", moved, true);
  window.addEventListener("resize", end);
  return stop;
}
