// Colours: those of the style sheet for drawings, of reasons, and of the correlogram.

/** The value of a custom property of style.css, in the theme of now. */
export const ink = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

// Mostly those of Okabe and Ito: told apart with any colour vision. One per reject reason, in their order; the first is "used".
const reasons = ["#0072b2", "#c8ccd0", "#8d949b", "#5b6269", "#e69f00", "#d55e00", "#cc79a7", "#f0e442", "#882255", "#7b5ea7", "#009e73"];
export const reasonColour = (reason) => reasons[reason];

const channel = (linear) => {
  const value = linear <= 0.0031308 ? 12.92 * linear : 1.055 * Math.max(0, linear) ** (1 / 2.4) - 0.055;
  return Math.round(255 * Math.min(1, Math.max(0, value)));
};

/** From OKLab (Ottosson 2020) to "rgb(...)". */
function oklab(lightness, a, b) {
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const q = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  const red = 4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * q;
  const green = -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * q;
  const blue = -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * q;
  return `rgb(${channel(red)} ${channel(green)} ${channel(blue)})`;
}

/** 0 to 1: from dark blue to light yellow, lightness in even steps, blue against yellow only. */
export function shade(part) {
  const t = Math.min(1, Math.max(0, part));
  return oklab(0.26 + 0.66 * t, -0.012 - 0.035 * Math.sin(Math.PI * t), -0.085 + 0.21 * t);
}
