// Elements of the page. Text only ever enters as text, so that no name or note becomes HTML.

const byId = (id) => document.getElementById(id);

/** Make an element; `facts` are properties, with `data` for its dataset and `aria` for its aria attributes. */
function el(tag, { data = {}, aria = {}, ...facts } = {}, ...children) {
  const made = Object.assign(document.createElement(tag), facts);
  Object.assign(made.dataset, data);
  for (const [name, value] of Object.entries(aria)) made.setAttribute(`aria-${name}`, value);
  made.append(...children.filter((child) => child !== null && child !== undefined && child !== ""));
  return made;
}

/** Make an SVG element. */
function svg(tag, facts = {}, ...children) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(facts)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

const pressed = (button, is) => button.setAttribute("aria-pressed", Boolean(is));

let toastEnds = 0;
/** Say something in passing. */
function toast(text) {
  byId("toast").textContent = text;
  byId("toast").classList.add("seen");
  clearTimeout(toastEnds);
  toastEnds = setTimeout(() => byId("toast").classList.remove("seen"), 2600);
}

/** Show a lasting line on top, with buttons; an empty text takes it away. */
function banner(text, kind = "", ...buttons) {
  byId("banner").hidden = !text;
  byId("banner").className = kind;
  byId("banner").replaceChildren(text, ...buttons);
}

const UNITS = { _px: " px", _deg: "°", _s: " s", _nm: " nm", _db: " dB" };
const unitOf = (name) => UNITS[Object.keys(UNITS).find((ending) => name.endsWith(ending))] ?? "";

/** Write a score as a person reads it. */
function written(value, name = "") {
  if (!Number.isFinite(value)) return "–";
  const text =
    Math.abs(value) >= 1e5 || (value !== 0 && Math.abs(value) < 1e-4)
      ? value.toExponential(2)
      : String(Number(value.toPrecision(4)));
  return text + unitOf(name);
}

const counted = (number, noun) => `${number.toLocaleString("en")} ${noun}${number === 1 ? "" : "s"}`;
