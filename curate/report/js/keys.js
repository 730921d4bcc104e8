// The keyboard, and the page that explains it.

const keysOfShot = {
  " ": swap,
  a: () => setMode("flicker"),
  w: () => setMode("wipe"),
  z: nextZoom,
  e: toggleEvidence,
  "+": () => changeGain(0.5),
  "=": () => changeGain(0.5),
  "-": () => changeGain(-0.5),
  0: () => {
    picture.chosenStops = null;
    setStops(stopsFor(picture.row));
  },
  n: () => step(1),
  p: () => step(-1),
  arrowright: () => step(1),
  arrowleft: () => step(-1),
  escape: closeDetail,
  enter: closeDetail,
};
const keysOfGrid = {
  n: () => moveCurrent(1),
  p: () => moveCurrent(-1),
  arrowright: () => moveCurrent(1),
  arrowleft: () => moveCurrent(-1),
  arrowdown: () => moveCurrent(grid.across),
  arrowup: () => moveCurrent(-grid.across),
  enter: () => {
    if (grid.current >= 0) openDetail(grid.rows[grid.current]);
  },
};
const keysOfReview = { k: () => judge("keep"), r: () => judge("reject"), u: undo };
const everywhere = { "?": () => byId("keys").showModal(), "/": () => byId("search").focus() };

/** The row that a key is about: the one that is open, else the one that is marked in the grid. */
const currentRow = () => (isOpen() ? detail.row : (grid.rows[grid.current] ?? -1));

function changeGain(stops) {
  picture.chosenStops = Math.min(MOST_STOPS, Math.max(0, picture.stops + stops));
  setStops(picture.chosenStops);
}

function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  const { target } = event,
    key = event.key.toLowerCase();
  if (target.matches("input:not([type=range]), select")) {
    if (key === "escape") target.blur();
    return;
  }
  if (
    target.matches("button, summary, input[type=range]") &&
    [" ", "enter"].includes(key) &&
    target.closest("#panel, #filters, #bar, #pills, #scenes")
  )
    return;
  if (target.matches("input[type=range]") && key.startsWith("arrow")) return;
  const act = actionOf(key);
  if (!act || (event.repeat && key in keysOfReview)) return;
  event.preventDefault();
  act();
}

function actionOf(key) {
  if (about.review && isOpen()) {
    if (key === "f") return () => togglePicking();
    if (review.picking)
      return key === "escape"
        ? () => togglePicking(false)
        : PICK_KEYS.includes(key) && key.length === 1
          ? () => pickByKey(key)
          : keysOfShot[key];
  }
  if (about.review && keysOfReview[key]) return keysOfReview[key];
  if (everywhere[key]) return everywhere[key];
  if (isOpen()) return /^[1-4]$/.test(key) ? () => showNumbered(Number(key)) : keysOfShot[key];
  return byId("shots").hidden ? null : keysOfGrid[key];
}

function showNumbered(number) {
  const role = rolesOf(picture.row)[number - 1]?.role;
  if (role) showRole(role);
}

const EXPLAINED = [
  ["n p → ←", "next, previous shot"],
  ["Enter Esc", "open a shot, back to all"],
  ["1 2 3 4", "show I, N, R, N_f"],
  ["space", "the other image of the two"],
  ["a", "flicker by itself"],
  ["w", "wipe between the two"],
  ["+ − 0", "I brighter, darker, as it was"],
  ["z", "fit, 100%, 300%"],
  ["e", "evidence on and off"],
  ["/", "search"],
];
const EXPLAINED_REVIEW = [
  ["k", "keep"],
  ["r", "reject"],
  ["u", "undo"],
  ["f", "pick flags: each has a key; f or Esc ends"],
];

function explainKeys() {
  const lines = [...(about.review ? EXPLAINED_REVIEW : []), ...EXPLAINED];
  const close = Object.assign(el("button", {}, "Close"), { onclick: () => byId("keys").close() });
  byId("keys").replaceChildren(
    el("h2", {}, "Keys"),
    el(
      "dl",
      {},
      ...lines.flatMap(([keys, does]) => [
        el("dt", {}, ...keys.split(" ").map((key) => el("kbd", {}, key))),
        el("dd", {}, does),
      ]),
    ),
    el("div", { className: "choices" }, close),
  );
}

addEventListener("keydown", onKey);
byId("help").onclick = everywhere["?"];
explainKeys();
