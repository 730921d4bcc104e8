// The page as a whole: its views, what the address remembers of them, and the start.

const views = { shots: showGrid, distributions: showDistributions, scenes: showScenes };
let view = "shots",
  passing = { rows: [], counts: new Map() },
  reading = false;

/** Filter and sort anew, and show what passes in the view at hand. */
function refresh() {
  passing = pass();
  showFilters(passing.counts);
  showPills();
  byId("shown").textContent =
    passing.rows.length === table.count
      ? counted(table.count, "shot")
      : `${passing.rows.length.toLocaleString("en")} of ${counted(table.count, "shot")}`;
  byId("search").value = filter.search;
  byId("sort").value = filter.sort;
  byId("direction").textContent = filter.down ? "↓" : "↑";
  byId("shots").scrollTop = 0;
  grid.current = -1;
  views[view](passing.rows);
  keepInAddress();
}

function showView(name) {
  view = name;
  for (const key of Object.keys(views)) byId(key).hidden = key !== name;
  for (const button of document.querySelectorAll("[data-view]")) pressed(button, button.dataset.view === name);
}

/** Keep filters, order and shot behind the # of the address, so that a reload or a link shows the same. */
function keepInAddress() {
  if (reading) return;
  const facts = new URLSearchParams();
  if (view !== "shots") facts.set("view", view);
  for (const [key, chosen] of filter.chosen) for (const value of chosen) facts.append(key, value);
  for (const [name, [from, to]] of filter.ranges) facts.append("range", `${name}:${from}:${to}`);
  if (filter.search) facts.set("search", filter.search);
  if (filter.sort || !filter.down) facts.set("sort", (filter.down ? "-" : "") + filter.sort);
  if (isOpen()) facts.set("shot", table.text("shot", detail.row));
  const hash = facts.toString();
  if (hash !== location.hash.slice(1)) history.replaceState(null, "", hash ? `#${hash}` : location.pathname);
}

function readAddress() {
  const facts = new URLSearchParams(location.hash.slice(1));
  for (const [key, chosen] of filter.chosen) for (const value of facts.getAll(key)) chosen.add(value);
  for (const range of facts.getAll("range")) {
    const [name, from, to] = range.split(":");
    if (scores.includes(name)) filter.ranges.set(name, [Number(from), Number(to)]);
  }
  filter.search = facts.get("search") ?? "";
  const sort = facts.get("sort") ?? "-";
  filter.down = sort.startsWith("-");
  filter.sort = [...byId("sort").options].some(({ value }) => value === sort.replace(/^-/, ""))
    ? sort.replace(/^-/, "")
    : "";
  if (facts.get("view") in views) showView(facts.get("view"));
  return rowOfShot.get(facts.get("shot"));
}

function fillSort() {
  const option = (name) => el("option", { value: name }, spoken(name));
  const group = (label, names) => Object.assign(el("optgroup", { label }), names.length ? {} : { hidden: true });
  byId("sort").append(
    el("option", { value: "" }, "as taken"),
    ...["scene_id", "camera", "taken_at"].filter((name) => table.columns.has(name)).map(option),
  );
  for (const check of new Set(scores.map(checkOf))) {
    const names = scores.filter((name) => checkOf(name) === check),
      made = group(spoken(check), names);
    made.append(...names.map(option));
    byId("sort").append(made);
  }
}

function listenToBar() {
  let typing = 0;
  byId("search").oninput = () => {
    clearTimeout(typing);
    typing = setTimeout(() => {
      filter.search = byId("search").value;
      refresh();
    }, 120);
  };
  byId("sort").onchange = () => {
    filter.sort = byId("sort").value;
    filter.down = true;
    refresh();
  };
  byId("direction").onclick = () => {
    filter.down = !filter.down;
    refresh();
  };
  byId("filters-button").onclick = () =>
    byId("filters-button").setAttribute("aria-expanded", byId("filters").classList.toggle("open"));
  for (const area of Object.keys(views))
    byId(area).addEventListener("pointerdown", () => byId("filters").classList.remove("open"));
  for (const button of document.querySelectorAll("[data-view]"))
    button.onclick = () => {
      showView(button.dataset.view);
      refresh();
    };
}

function start() {
  document.title = `${about.title} · nirecap`;
  document.querySelector("h1").textContent = document.querySelector("h1").title = about.title;
  fillSort();
  listenToBar();
  if (about.review) startReview();
  reading = true;
  const row = readAddress();
  refresh();
  reading = false;
  if (row !== undefined) openDetail(row);
}

start();
