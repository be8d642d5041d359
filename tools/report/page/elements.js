// Small pieces of the page: elements, and numbers as a person reads them.

/** An element with attributes and children; text is text, never HTML. */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  return fill(element, attributes, children);
}

/** The same for drawings. */
export function s(tag, attributes = {}, ...children) {
  return fill(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);
}

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "style") element.style.cssText = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return element;
}

const none = "–";
const known = (value) => value !== null && value !== undefined && !Number.isNaN(value);

export const fixed = (value, decimals) => (known(value) ? value.toFixed(decimals).replace("-", "−") : none);
export const percent = (fraction, decimals = 0) => (known(fraction) ? `${(100 * fraction).toFixed(decimals)} %` : none);
export const count = (n) => n.toLocaleString("en");
export const plural = (n, noun) => `${count(n)} ${noun}${n === 1 ? "" : "s"}`;
export const words = (name) => name.replaceAll("_", " ");

/** 754.25 s -> "12:34.25" */
export function clock(seconds, decimals = 0) {
  if (!known(seconds)) return none;
  const scale = 10 ** decimals;
  const rounded = Math.round(seconds * scale) / scale;
  const minutes = Math.floor(rounded / 60);
  const rest = (rounded - 60 * minutes).toFixed(decimals);
  return `${minutes}:${rest.padStart(decimals ? 3 + decimals : 2, "0")}`;
}

export function duration(seconds) {
  if (seconds < 90) return `${fixed(seconds, 0)} s`;
  return seconds < 5400 ? `${fixed(seconds / 60, 0)} min` : `${fixed(seconds / 3600, 1)} h`;
}

/** A table in a box that scrolls. Columns: {title, text, cell(row)}. */
export function table(caption, columns, rows) {
  const cell = (column, value, tag) =>
    h(tag, { class: [column.text && "text", column.wrap && tag === "td" && "wrap"].filter(Boolean).join(" ") || null }, value);
  return h(
    "div",
    { class: "box", tabindex: "0", role: "region", "aria-label": caption },
    h(
      "table",
      {},
      h("caption", { class: "visually-hidden" }, caption),
      h("thead", {}, h("tr", {}, columns.map((column) => cell(column, column.title, "th")))),
      h("tbody", {}, rows.map((row) => h("tr", {}, columns.map((column) => cell(column, column.cell(row), "td"))))),
    ),
  );
}
