// Colours: those of the style sheet for drawings, of reasons, and of the correlogram.

/** The value of a custom property of style.css, in the theme of now. */
export const ink = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

// Mostly those of Okabe and Ito: told apart with any colour vision. One per reject reason, in their order; the first is "used".
const reasons = ["#0072b2", "#c8ccd0", "#8d949b", "#5b6269", "#e69f00", "#d55e00", "#cc79a7", "#f0e442", "#882255", "#7b5ea7", "#009e73", "#332288"];
export const reasonColour = (reason) => reasons[reason];

// viridis in sixteenths, the colour map of the figures that Python draws.
const viridis = ["440154", "48186a", "472d7b", "424086", "3b528b", "33638d", "2c728e", "26828e", "21918c", "1fa088", "28ae80", "3fbc73", "5ec962", "84d44b", "addc30", "d8e219", "fde725"]
  .map((hex) => [0, 2, 4].map((i) => parseInt(hex.slice(i, i + 2), 16)));

/** 0 to 1: from dark violet to light yellow. */
export function shade(part) {
  const at = (viridis.length - 1) * Math.min(1, Math.max(0, part));
  const before = Math.min(viridis.length - 2, Math.floor(at)), weight = at - before;
  return `rgb(${viridis[before].map((value, i) => Math.round(value + weight * (viridis[before + 1][i] - value))).join(" ")})`;
}
