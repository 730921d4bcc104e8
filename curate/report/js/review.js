// Verdicts: sent at once, shown as saved when the server has them on disk, never over a word that was not seen.

const POLL_MS = 2000,
  RETRY_MS = 2000;
const review = {
  heard: about.review?.heard ?? 0,
  pending: new Map(),
  done: 0,
  history: [],
  picking: false,
  lost: "",
};
/** What is being sent and was not answered yet, in words. */
const isUnsaved = (row) => (review.pending.has(row) ? (review.lost ? "not saved" : "saving …") : "");
const GONE = "nirecap review has ended or can't be reached";
const PICK_KEYS = "1234567890abcdefghijklmnopqrstuvwxyz";

const reviewer = () => byId("reviewer").value.trim();

/** The whole word that stands on a row, to be changed. */
function draft(row) {
  const word = wordOn(row);
  return {
    verdict: word?.verdict ?? null,
    flags_on: [...(word?.flags_on ?? [])],
    flags_off: [...(word?.flags_off ?? [])],
  };
}

function judge(verdict) {
  const row = currentRow();
  if (row < 0 || !about.review) return;
  say(row, { ...draft(row), verdict });
  if (isOpen() && detail.place < detail.order.length - 1) step(1);
  else if (!isOpen()) moveCurrent(1);
}

function toggleFlag(flag) {
  const row = currentRow();
  if (row < 0 || !about.review) return;
  const word = draft(row),
    list = raised[row].includes(flag) ? word.flags_off : word.flags_on;
  if (list.includes(flag)) list.splice(list.indexOf(flag), 1);
  else list.push(flag);
  say(row, word);
}

/** Take the last verdict of this page back; without one, withdraw the word on the shot at hand. */
function undo() {
  if (!about.review) return;
  const last = review.history.pop();
  if (last) {
    if (isOpen() && detail.order.includes(last.row)) {
      detail.place = detail.order.indexOf(last.row);
      showDetail();
    }
    say(last.row, last.before, { undoing: true });
  } else if (currentRow() >= 0 && wordOn(currentRow()))
    say(currentRow(), { verdict: null, flags_on: [], flags_off: [] }, { undoing: true });
  else toast("There is nothing to undo.");
}

/** Say a word on a row: queue it behind what is still on its way. */
function say(row, word, { undoing = false, seen = words[row]?.at ?? null } = {}) {
  if (!reviewer()) {
    byId("reviewer").focus();
    toast("Say who you are first.");
    return;
  }
  if (review.pending.has(row)) {
    toast("The last verdict on this shot is still on its way.");
    return;
  }
  const before = draft(row);
  review.pending.set(row, { word, seen, undoing, before });
  showSaved();
  changed(row);
  send(row);
}

async function send(row) {
  const { word, seen } = review.pending.get(row);
  const body = JSON.stringify({ shot: table.text("shot", row), ...word, reviewer: reviewer(), seen });
  let answer = null;
  try {
    answer = await fetch("verdict", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body,
      signal: AbortSignal.timeout(10000),
    });
  } catch {
    /* told below */
  }
  if (answer?.status === 200) return taken(row, await answer.json());
  if (answer?.status === 409) return contradicted(row, await answer.json());
  if (answer && answer.status >= 400 && answer.status < 500) return refused(row, await answer.text());
  review.lost = (answer && (await answer.text())) || GONE;
  showSaved();
  changed(row);
  setTimeout(() => send(row), RETRY_MS);
}

function taken(row, said) {
  const { undoing, before } = review.pending.get(row);
  review.pending.delete(row);
  review.lost = "";
  review.done += 1;
  if (!undoing) review.history.push({ row, before });
  hear(row, said);
  showSaved();
  toast(`${said.verdict ?? (wordOn(row) ? "flags" : "withdrawn")}: saved`);
}

function refused(row, text) {
  review.pending.delete(row);
  changed(row);
  banner(`Not saved: ${text}`, "", closeBanner());
  showSaved();
}

/** Another reviewer judged it meanwhile: show theirs and ask. */
function contradicted(row, theirs) {
  const { word, undoing } = review.pending.get(row),
    dialog = byId("contradiction");
  review.pending.delete(row);
  hear(row, theirs);
  showSaved();
  if (dialog.open) {
    toast(`${theirs.reviewer} judged this one meanwhile; yours was not saved.`);
    return;
  }
  const keep = el("button", {}, "Keep theirs"),
    mine = el("button", {}, "Save mine instead");
  keep.onclick = () => dialog.close();
  mine.onclick = () => {
    dialog.close();
    say(row, word, { undoing, seen: theirs.at });
  };
  dialog.replaceChildren(
    el("h2", {}, `${theirs.reviewer} judged this shot meanwhile`),
    el("p", {}, `${table.text("scene_id", row)} · ${table.text("shot", row)}`),
    el("p", {}, el("b", {}, "Theirs: "), inWords(theirs), ` (${clock(theirs.at)})`),
    el("p", {}, el("b", {}, "Yours: "), inWords(word)),
    el("div", { className: "choices" }, keep, mine),
  );
  dialog.showModal();
  keep.focus();
}

function inWords({ verdict, flags_on: on, flags_off: off }) {
  return [
    verdict ?? "no decision",
    ...on.map((flag) => `+ ${spoken(flag)}`),
    ...off.map((flag) => `− ${spoken(flag)}`),
  ].join(", ");
}

/** Take in what was said on a row, by whomever. */
function hear(row, said) {
  words[row] = said;
  changed(row);
}

function changed(row) {
  updateCell(row);
  if (isOpen() && detail.row === row) {
    showPanel();
    showEvidence(row);
  }
}

function showSaved() {
  const waiting = review.pending.size;
  byId("saved").textContent = waiting ? `saving ${waiting} …` : review.done ? `${review.done} saved` : "";
  if (review.lost && waiting)
    banner(`${counted(waiting, "verdict")} not saved: ${review.lost}. Trying again; do not close this page.`);
  else if (byId("banner").textContent.includes("Trying again")) banner("");
}

const closeBanner = () => Object.assign(el("button", {}, "Close"), { onclick: () => banner("") });

/** Ask for what others said meanwhile. */
async function listen() {
  try {
    const answer = await fetch(`words?since=${review.heard}`, { signal: AbortSignal.timeout(10000) });
    if (answer.ok) {
      const { words: said, heard, edition, trouble } = await answer.json();
      review.heard = heard;
      said.forEach(hearOther);
      if (edition !== about.edition) newEdition();
      if (trouble && byId("banner").hidden) banner(trouble, "", closeBanner());
    } else if (answer.status === 403)
      banner("This page is of a nirecap review that has ended. Open the address that the new one printed.");
  } catch {
    if (!review.pending.size) review.lost = GONE;
  }
  setTimeout(listen, POLL_MS);
}

function hearOther(said) {
  const row = rowOfShot.get(said.shot);
  if (row === undefined || review.pending.has(row) || words[row]?.at === said.at) return;
  const isNew = said.reviewer !== reviewer() && isOpen() && detail.row === row;
  hear(row, said);
  if (isNew) toast(`${said.reviewer}: ${inWords(said)}`);
}

function newEdition() {
  if (!byId("banner").hidden) return;
  const again = el("button", {}, "Load it");
  again.onclick = () => location.reload();
  banner("The collection was curated again.", "news", again, closeBanner());
}

/** Buttons for the verdict and, when asked for, for every flag. */
function judgeTools(row) {
  const { verdict } = draft(row),
    flags = flagsOn(row);
  const button = (kind, key, act, is) =>
    Object.assign(el("button", { className: kind, aria: { pressed: is } }, kind, el("kbd", {}, key)), { onclick: act });
  const pick = button("flags", "f", () => togglePicking(), review.picking);
  const chips = flagNames
    .filter((flag) => flag !== "unreadable")
    .map((flag, at) =>
      Object.assign(
        el(
          "button",
          { aria: { pressed: flags.includes(flag) }, data: { flag } },
          spoken(flag),
          el("kbd", {}, PICK_KEYS[at] ?? ""),
        ),
        { onclick: () => toggleFlag(flag) },
      ),
    );
  return el(
    "div",
    {},
    el(
      "div",
      { className: "judge" },
      button("keep", "k", () => judge("keep"), verdict === "keep"),
      button("reject", "r", () => judge("reject"), verdict === "reject"),
      button("undo", "u", undo, false),
      pick,
    ),
    review.picking ? el("div", { className: "pick", role: "group", ariaLabel: "Flags" }, ...chips) : null,
  );
}

function togglePicking(on = !review.picking) {
  review.picking = on;
  if (isOpen()) showPanel();
}

/** Toggle the flag that a key stands for while flags are picked; tells whether it stood for one. */
function pickByKey(key) {
  const flag = flagNames.filter((each) => each !== "unreadable")[PICK_KEYS.indexOf(key)];
  if (flag) toggleFlag(flag);
  return Boolean(flag);
}

function startReview() {
  history.replaceState(null, "", location.pathname + location.hash); // the token does not stay in the address bar
  byId("reviewing").hidden = false;
  byId("reviewer").value = remembered() ?? about.review.reviewer;
  byId("reviewer").onchange = () => sessionStorage.setItem("reviewer", reviewer());
  byId("reviewing").onsubmit = (event) => {
    event.preventDefault();
    byId("reviewer").blur();
  };
  for (const said of about.review.words) if (rowOfShot.has(said.shot)) words[rowOfShot.get(said.shot)] = said;
  addEventListener("beforeunload", (event) => {
    if (review.pending.size) event.preventDefault();
  });
  setTimeout(listen, POLL_MS);
}

const remembered = () => sessionStorage.getItem("reviewer");
