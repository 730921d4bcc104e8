// The grid of shots: of tens of thousands of cells only those in sight exist.

const GAP = 10,
  FACTS_HEIGHT = 54,
  THUMB_WIDTH = 110,
  OVERSCAN = 2;
const cells = new Map();
const grid = { rows: [], across: 1, width: 0, height: 0, current: -1 };

/** Lay the grid out anew for rows in their order. */
function showGrid(rows) {
  grid.rows = rows;
  document.querySelector(".nothing").hidden = rows.length > 0;
  for (const cell of cells.values()) cell.remove();
  cells.clear();
  measureGrid();
  if (grid.current >= rows.length) grid.current = rows.length - 1;
  drawGrid();
}

function measureGrid() {
  const inside = byId("grid").clientWidth,
    wanted = THUMB_WIDTH * Math.max(1, rolesShown.length);
  grid.across = Math.max(1, Math.floor((inside + GAP) / (wanted + GAP)));
  grid.width = Math.floor((inside - (grid.across - 1) * GAP) / grid.across);
  grid.height = Math.round((grid.width / Math.max(1, rolesShown.length)) * usualShape()) + FACTS_HEIGHT;
  byId("grid").style.height = `${Math.ceil(grid.rows.length / grid.across) * (grid.height + GAP)}px`;
}

/** Height over width of most pictures, of the first hundreds. */
function usualShape() {
  const shapes = Array.from(
    { length: Math.min(300, table.count) },
    (_, row) => table.number("height", row) / table.number("width", row),
  ).filter((shape) => shape > 0);
  return Math.min(1, shapes.sort((a, b) => a - b)[Math.floor(shapes.length / 2)] ?? 0.5625);
}

/** Make the cells that are in sight, drop the others. */
function drawGrid() {
  const area = byId("shots"),
    line = grid.height + GAP;
  const first = Math.max(0, Math.floor(area.scrollTop / line) - OVERSCAN) * grid.across;
  const last = Math.min(
    grid.rows.length,
    (Math.ceil((area.scrollTop + area.clientHeight) / line) + OVERSCAN) * grid.across,
  );
  for (const [place, cell] of cells)
    if (place < first || place >= last) {
      cell.remove();
      cells.delete(place);
    }
  for (let place = first; place < last; place += 1) if (!cells.has(place)) addCell(place);
}

function addCell(place) {
  const row = grid.rows[place],
    cell = el("button", { data: { shot: table.text("shot", row) } });
  cell.style.width = `${grid.width}px`;
  cell.style.height = `${grid.height}px`;
  cell.style.left = `${(place % grid.across) * (grid.width + GAP)}px`;
  cell.style.top = `${Math.floor(place / grid.across) * (grid.height + GAP)}px`;
  cell.onclick = () => {
    grid.current = place;
    openDetail(row);
  };
  fillCell(cell, row, place);
  cells.set(place, cell);
  byId("grid").append(cell);
  loadStrip(cell, row);
}

function fillCell(cell, row, place) {
  const decision = decisionOn(row),
    word = wordOn(row),
    flags = [...flagsOn(row), ...(word?.flags_off ?? [])];
  cell.className = `shot ${decision}${place === grid.current ? " current" : ""}`;
  cell.setAttribute("aria-label", `${table.text("scene_id", row)}, ${decision}`);
  const strip = cell.querySelector(".strip") ?? el("span", { className: "strip" });
  cell.replaceChildren(
    strip,
    el(
      "span",
      { className: "facts" },
      el("span", { className: `dot${word?.verdict ? " by-person" : ""}` }),
      el("b", {}, table.text("scene_id", row) ?? ""),
      el("i", {}, word?.verdict ? `${decision} (${word.reviewer})` : decision),
      el("small", {}, noteOf(row)),
    ),
    el("span", { className: "flags" }, ...flags.map((flag) => flagChip(flag, word))),
  );
}

/** What the small print of a cell says: the score it is sorted by, else the shot's name. */
function noteOf(row) {
  if (filter.sort && table.kinds[filter.sort] === "number")
    return `${spoken(filter.sort)} ${written(table.number(filter.sort, row), filter.sort)}`;
  return (table.text("shot", row) ?? "").split("/").slice(-1)[0];
}

async function loadStrip(cell, row) {
  const pictures = await picturesOf(row);
  if (!cell.isConnected) return;
  const images = rolesShown.map(({ role, sign, column }) => {
    if (!table.text(column, row)) return el("span");
    const image = el("img", { alt: sign, decoding: "async", draggable: false });
    if (pictures[role]) image.src = webp(pictures[role]);
    return image;
  });
  cell.querySelector(".strip").replaceChildren(...images);
}

/** Draw a row's cell again, after somebody spoke. */
function updateCell(row) {
  for (const [place, cell] of cells) if (grid.rows[place] === row) fillCell(cell, row, place);
}

/** Go to the cell `step` places on and bring it into sight. */
function moveCurrent(step) {
  if (!grid.rows.length) return;
  const before = grid.current;
  grid.current = Math.max(0, Math.min(grid.rows.length - 1, before < 0 ? 0 : before + step));
  const top = Math.floor(grid.current / grid.across) * (grid.height + GAP),
    area = byId("shots");
  if (top < area.scrollTop) area.scrollTop = top;
  if (top + grid.height > area.scrollTop + area.clientHeight - 20)
    area.scrollTop = top + grid.height - area.clientHeight + 30;
  drawGrid();
  for (const place of [before, grid.current]) cells.get(place)?.classList.toggle("current", place === grid.current);
}

byId("shots").addEventListener("scroll", () => requestAnimationFrame(drawGrid), { passive: true });
new ResizeObserver(() => {
  if (!byId("shots").hidden) showGrid(grid.rows);
}).observe(byId("shots"));
