// The page, from top to bottom.
import { activity } from "./activity.js";
import { animals } from "./animals.js";
import { checks } from "./checks.js";
import { drawEverything, setTheme, theme } from "./drawing.js";
import { head } from "./head.js";
import { keys, listen } from "./keys.js";
import { provenance } from "./provenance.js";
import { overview } from "./overview.js";
import { traces } from "./trace.js";

const dark = matchMedia("(prefers-color-scheme: dark)");
document.documentElement.dataset.theme = dark.matches ? "dark" : "light";
dark.addEventListener("change", () => setTheme(dark.matches ? "dark" : "light"));
const turn = () => setTheme(theme() === "dark" ? "light" : "dark");

const place = (id, ...parts) => document.getElementById(id).append(...parts);
place("head", ...head());
place("checks", ...checks());
place("study-part", ...overview());
place("animals", ...animals());
const cells = activity();
if (cells.length) place("activity", ...cells);
else for (const part of document.querySelectorAll('#activity, nav a[href="#activity"]')) part.remove();
place("traces", ...traces());
place("provenance", ...provenance());
place("keys", ...keys());

const dialog = document.getElementById("keys");
document.getElementById("theme").addEventListener("click", turn);
document.getElementById("help").addEventListener("click", () => dialog.showModal());
listen({ t: turn, "?": () => (dialog.open ? dialog.close() : dialog.showModal()) });

// Paper is white, and wants everything.
let before = null;
window.addEventListener("beforeprint", () => {
  before = theme();
  setTheme("light");
  drawEverything();
});
window.addEventListener("afterprint", () => before && setTheme(before));
