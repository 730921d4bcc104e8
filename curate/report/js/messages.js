// What the page says in passing, and how it writes numbers.

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
