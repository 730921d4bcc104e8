// One shot, large: its picture, why it was flagged, its scores, and in a review the person's verdict.

const detail = { row: -1, order: [], place: 0 };
const isOpen = () => !byId("detail").hidden;

/** Open a row; next and previous go through the rows of the grid as they stand now. */
function openDetail(row) {
  detail.order = grid.rows.includes(row) ? grid.rows.slice() : [row];
  detail.place = detail.order.indexOf(row);
  byId("detail").hidden = false;
  showDetail();
}

function closeDetail() {
  byId("detail").hidden = true;
  clearInterval(picture.timer);
  picture.mode = "one";
  picture.row = -1;
  byId("frame").replaceChildren();
  grid.current = -1;
  refresh();
  grid.current = grid.rows.indexOf(detail.row);
  if (grid.current >= 0) moveCurrent(0);
}

function showDetail() {
  detail.row = detail.order[detail.place];
  showPicture(detail.row);
  showPanel();
  byId("place").textContent =
    `${(detail.place + 1).toLocaleString("en")} of ${detail.order.length.toLocaleString("en")}`;
  byId("previous").disabled = detail.place === 0;
  byId("next").disabled = detail.place === detail.order.length - 1;
  keepInAddress();
  const after = detail.order[detail.place + 1]; // so that it is there when the person is
  if (after !== undefined) for (const { column } of rolesOf(after)) new Image().src = pictureAddress(after, column);
}

/** Go on by `step`; at either end nothing happens. */
function step(by) {
  const place = detail.place + by;
  if (place < 0 || place >= detail.order.length) {
    toast(by > 0 ? "That was the last one." : "This is the first one.");
    return;
  }
  detail.place = place;
  showDetail();
}

function showPanel() {
  const { row } = detail,
    kept = byId("panel").scrollTop;
  byId("panel").replaceChildren(
    el(
      "div",
      {},
      el("h2", {}, table.text("scene_id", row) ?? ""),
      el("p", { className: "shot-name" }, table.text("shot", row)),
    ),
    decisionBox(row),
    about.review ? judgeTools(row) : "",
    el("section", {}, el("h3", {}, "Why"), reasons(row)),
    el("section", {}, el("h3", {}, "Scores"), ...scoreGroups(row)),
    el("section", {}, el("h3", {}, "The shot"), factLines(row)),
  );
  byId("panel").scrollTop = kept;
}

function decisionBox(row) {
  const word = wordOn(row),
    decision = decisionOn(row),
    unsaved = isUnsaved(row);
  const by = word
    ? `${word.verdict ? "said" : "flags changed"} by ${word.reviewer} ${clock(word.at)}`
    : "by the checks";
  const checks = word?.verdict && word.verdict !== statusOf(row) ? `the checks: ${statusOf(row)}` : "";
  return el(
    "div",
    { className: `decision ${decision}${unsaved ? " unsaved" : ""}`, id: "decision" },
    el("b", {}, decision),
    el("span", {}, by),
    el("span", {}, unsaved || checks),
  );
}

byId("previous").onclick = () => step(-1);
byId("next").onclick = () => step(1);
byId("close").onclick = closeDetail;
