// What the keys do: one list for the page and its help.
import { h } from "./elements.js";

const help = [
  [["j", "k"], "next, previous movement"],
  [["a"], "accept the movement, and on to the next"],
  [["x"], "reject it"],
  [[",", "."], "move its onset 1 ms earlier, later"],
  [["<", ">"], "move it 10 ms"],
  [["u"], "take the decision on it back"],
  [["z"], "undo what was done last"],
  [["[", "]"], "previous, next session"],
  [["+", "−"], "zoom in, out"],
  [["0"], "the whole session"],
  [["←", "→"], "along the trace, or from cell to cell, where one of them has the focus"],
  [["e"], "export the decisions"],
  [["t"], "light or dark"],
  [["?"], "this list"],
];

export const keys = () => [
  h("h3", { id: "keys-title" }, "Keys"),
  h("dl", {}, help.flatMap(([names, meaning]) => [h("dt", {}, names.flatMap((name, i) => [i ? " " : "", h("kbd", {}, name)])), h("dd", {}, meaning)])),
  h("form", { method: "dialog" }, h("button", {}, "Close")),
];

const typing = (target) => target.closest?.("input:not([type=checkbox]), select, textarea");

/** Calls the action of a key, wherever the focus is, unless somebody is typing. */
export function listen(actions) {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    if (document.querySelector("dialog[open]") && event.key !== "?") return;
    const action = actions[event.key];
    if (!action) return;
    event.preventDefault();
    action(event);
  });
}
