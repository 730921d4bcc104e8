// What the checks saw, drawn on the picture: maps, the lamp's spot, boxes, and the move between I and N.

const TINTS = ["#ff5fa2", "#4cc9f0", "#b8e35a", "#c49bff", "#ffd166", "#6ee7b7"];
const CELL = 8;
const ROUND_FACTORS = [20, 10, 5, 2, 1];
/** Which evidence a person switched on or off, by name; the others show where their flag was raised. */
const switched = new Map();
let drawn = [];

/** Draw all there is on a row over its picture, and list it under it. */
async function drawEvidence(row, pictures) {
  const found = (await Promise.all([...mapsOf(row, pictures), spotOf(row), ...boxesOf(row), moveOf(row)])).filter(
    Boolean,
  );
  if (picture.row !== row) return;
  for (const old of byId("frame").querySelectorAll(".evidence, .labels")) old.remove();
  drawn = found;
  for (const { elements } of found) byId("frame").append(...elements);
  showEvidence(row);
}

function showEvidence(row) {
  const legend = drawn.map(({ name, title, tint, elements }) => {
    const on = switched.get(name) ?? isFlagged(row, name);
    for (const element of elements) element.style.display = on ? "" : "none";
    const swatch = el("span", { className: "swatch" });
    swatch.style.setProperty("--tint", tint);
    const button = el("button", { aria: { pressed: on }, data: { evidence: name } }, swatch, title);
    button.onclick = () => {
      switched.set(name, !on);
      showEvidence(row);
    };
    return button;
  });
  byId("caption").replaceChildren(...(legend.length ? legend : ["No check left evidence to draw here."]));
}

/** Tell whether a flag was raised by a score of the check that left this evidence. */
function isFlagged(row, name) {
  const check = checkOf(name);
  return [...flagsOn(row), ...raised[row]].some(
    (flag) =>
      flag === check || Object.keys(about.thresholds[flag]?.above ?? {}).some((score) => checkOf(score) === check),
  );
}

function mapsOf(row, pictures) {
  return about.maps
    .filter((name) => pictures[name])
    .map(async (name) => {
      const tint = TINTS[about.maps.indexOf(name) % TINTS.length];
      const canvas = await tintedMap(pictures[name], tint);
      return (
        canvas && {
          name,
          title: spoken(checkOf(name) === "other" ? name.replace(/_map$/, "") : checkOf(name)),
          tint,
          elements: [canvas],
        }
      );
    });
}

/** Decode a map, and paint what it marks with an outline. */
async function tintedMap(base64, tint) {
  const image = el("img", { src: png(base64) });
  try {
    await image.decode();
  } catch {
    return null;
  }
  const { width, height } = image,
    marks = readMarks(image);
  const canvas = el("canvas", { width: width * CELL, height: height * CELL, className: "evidence" }),
    pen = canvas.getContext("2d");
  const marked = (x, y) => x >= 0 && y >= 0 && x < width && y < height && marks[4 * (y * width + x)] > 127;
  pen.fillStyle = pen.strokeStyle = tint;
  pen.lineWidth = 2;
  pen.beginPath();
  for (let y = 0; y < height; y += 1) for (let x = 0; x < width; x += 1) if (marked(x, y)) markCell(pen, x, y, marked);
  pen.stroke();
  return canvas;
}

function readMarks(image) {
  const pen = el("canvas", { width: image.width, height: image.height }).getContext("2d");
  pen.drawImage(image, 0, 0);
  return pen.getImageData(0, 0, image.width, image.height).data;
}

function markCell(pen, x, y, marked) {
  const left = x * CELL,
    top = y * CELL,
    right = left + CELL,
    bottom = top + CELL;
  pen.globalAlpha = 0.3;
  pen.fillRect(left, top, CELL, CELL);
  pen.globalAlpha = 1;
  const edge = (x1, y1, x2, y2) => {
    pen.moveTo(x1, y1);
    pen.lineTo(x2, y2);
  };
  if (!marked(x, y - 1)) edge(left, top, right, top);
  if (!marked(x, y + 1)) edge(left, bottom, right, bottom);
  if (!marked(x - 1, y)) edge(left, top, left, bottom);
  if (!marked(x + 1, y)) edge(right, top, right, bottom);
}

const canvasOf = (width, height, ...shapes) => {
  const made = svg(
    "svg",
    { class: "evidence", viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: "none" },
    ...shapes,
  );
  return made;
};

/** A line of text at a place of the picture, in shares of it. */
function labelAt(text, x, y, tint) {
  const label = el("span", { className: "label" }, text),
    labels = el("div", { className: "labels" }, label);
  label.style.left = `${100 * Math.min(0.8, Math.max(0, x))}%`;
  label.style.top = `${100 * Math.min(0.94, Math.max(0, y))}%`;
  label.style.borderLeft = `3px solid ${tint}`;
  return labels;
}

function spotOf(row) {
  const strength = table.number("bright_spot_strength", row);
  if (!(strength > 0)) return null;
  const [width, height] = sizeOf(row),
    x = table.number("bright_spot_x", row),
    y = table.number("bright_spot_y", row);
  const radius =
      Math.max(0.025, 1.6 * Math.sqrt(table.number("bright_spot_area", row) / Math.PI)) * Math.sqrt(width * height),
    tint = "#ff8c42";
  const circle = svg("circle", { cx: x * width, cy: y * height, r: radius, stroke: tint });
  const label = labelAt(
    `lamp ${Number(strength.toPrecision(2))}`,
    x - radius / width,
    y - radius / height - 0.045,
    tint,
  );
  return {
    name: "bright_spot_place",
    title: "reflection of the lamp",
    tint,
    elements: [canvasOf(width, height, circle), label],
  };
}

/** Boxes: a check's x, y, width and height, or lists of them, as shares of the picture or in pixels. */
function boxesOf(row) {
  const single = about.checks
    .filter((check) => ["x", "y", "width", "height"].every((part) => table.columns.has(`${check}_${part}`)))
    .map((check) => ({
      name: `${check}_box`,
      numbers: ["x", "y", "width", "height"].map((part) => table.number(`${check}_${part}`, row)),
    }));
  const listed = table
    .of("list")
    .filter((name) => /_box(es)?$/.test(name))
    .map((name) => ({ name, numbers: table.list(name, row).flat() }));
  return [...single, ...listed]
    .filter(({ numbers }) => numbers.length >= 4 && numbers.every(Number.isFinite))
    .map((each, at) => drawBoxes(row, each, TINTS[(at + 3) % TINTS.length]));
}

function drawBoxes(row, { name, numbers }, tint) {
  const [width, height] = sizeOf(row),
    [across, down] = numbers.every((number) => number <= 1.0001) ? [width, height] : [1, 1];
  const rectangles = [];
  for (let first = 0; first + 3 < numbers.length; first += 4) {
    const [x, y, wide, high] = numbers.slice(first, first + 4);
    rectangles.push(
      svg("rect", { x: x * across, y: y * down, width: wide * across, height: high * down, stroke: tint }),
    );
  }
  return {
    name,
    title: spoken(name.replace(/_box(es)?$/, "")),
    tint,
    elements: [canvasOf(width, height, ...rectangles)],
  };
}

/** The outline of I as it lies in N, and an arrow at the centre; small moves are drawn larger, and say so. */
function moveOf(row) {
  const matrix = table.list("align_matrix", row);
  if (matrix.length !== 6 || !matrix.every(Number.isFinite)) return null;
  const [width, height] = sizeOf(row);
  const offset = (x, y) => [
    matrix[0] * x + matrix[1] * y + matrix[2] - x,
    matrix[3] * x + matrix[4] * y + matrix[5] - y,
  ];
  const corners = [
      [0, 0],
      [width, 0],
      [width, height],
      [0, height],
    ],
    centre = [width / 2, height / 2];
  const farthest = Math.max(...corners.map(([x, y]) => Math.hypot(...offset(x, y))));
  const factor = ROUND_FACTORS.find((each) => farthest * each < 0.08 * width) ?? 1;
  if (!(farthest * factor > 0.004 * width)) return null;
  const moved = ([x, y]) => offset(x, y).map((part, at) => [x, y][at] + factor * part),
    tint = "#7dd3fc";
  const outline = svg("polygon", {
    points: corners.map((corner) => moved(corner).join(",")).join(" "),
    stroke: tint,
    "stroke-dasharray": "8 5",
  });
  const label = labelAt(moveInWords(row, factor), 0.51, 0.52, tint);
  return {
    name: "align_move",
    title: "where N lies against I",
    tint,
    elements: [canvasOf(width, height, outline, arrow(centre, moved(centre), tint, width)), label],
  };
}

function moveInWords(row, factor) {
  const part = (name, digits) => Number(table.number(name, row).toFixed(digits));
  const zoom = part("align_scale", 4),
    turn = part("align_rotation_deg", 2);
  return [
    `shift ${part("align_shift_px", 2)} px`,
    zoom && zoom !== 1 ? `zoom ${zoom}` : "",
    turn ? `turn ${turn}°` : "",
    factor > 1 ? `drawn × ${factor}` : "",
  ]
    .filter(Boolean)
    .join(" · ");
}

function arrow([x1, y1], [x2, y2], tint, width) {
  const angle = Math.atan2(y2 - y1, x2 - x1),
    head = Math.min(0.02 * width, Math.hypot(x2 - x1, y2 - y1) / 2);
  const barb = (turn) => `${x2 - head * Math.cos(angle + turn)},${y2 - head * Math.sin(angle + turn)}`;
  return svg("path", { d: `M${x1},${y1} L${x2},${y2} M${barb(0.5)} L${x2},${y2} L${barb(-0.5)}`, stroke: tint });
}

function toggleEvidence() {
  pressed(byId("evidence-button"), !byId("frame").classList.toggle("plain"));
}

byId("evidence-button").onclick = toggleEvidence;
