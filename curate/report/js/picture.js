// The large picture: one image, two that flicker, or two with an edge between them; brightened, zoomed, never changed.

const ZOOMS = [0, 1, 3];
const MEAN_WANTED = 90,
  MOST_STOPS = 6,
  STOPS_UNKNOWN = 2;
/** Flags that are judged in N: it is shown first there, until a person chooses. */
const SEEN_IN_NIRE = ["bright_spot", "structure_vanishing", "uneven_lamp"];
const picture = {
  row: -1,
  role: "low",
  other: "nire",
  mode: "one",
  swapped: false,
  edge: 0.5,
  stops: 0,
  chosenStops: null,
  chosenRole: "",
  zoom: 0,
  timer: 0,
  layers: new Map(),
};

/** Show the images of a row. */
async function showPicture(row) {
  picture.row = row;
  const roles = rolesOf(row).map(({ role }) => role);
  const wanted = picture.chosenRole || (flagsOn(row).some((flag) => SEEN_IN_NIRE.includes(flag)) ? "nire" : "low");
  picture.role = roles.includes(wanted) ? wanted : (roles[0] ?? "");
  if (!roles.includes(picture.other) || picture.other === picture.role)
    picture.other = roles.find((role) => role !== picture.role) ?? "";
  picture.swapped = false;
  picture.layers = new Map(rolesOf(row).map(({ role, column }) => [role, layerOf(row, role, column)]));
  byId("frame").replaceChildren(...picture.layers.values());
  byId("frame").append(
    el("span", { className: "name first" }),
    el("span", { className: "name second" }),
    el("span", { className: "edge" }),
  );
  layOut();
  setStops(picture.chosenStops ?? stopsFor(row));
  showTools();
  const pictures = await picturesOf(row);
  if (picture.row !== row) return;
  for (const [role, layer] of picture.layers) if (pictures[role]) layer.thumbnail.src = webp(pictures[role]);
  drawEvidence(row, pictures);
}

function layerOf(row, role, column) {
  const layer = el("div", { className: "layer", data: { role } });
  layer.thumbnail = el("img", { alt: "", draggable: false, className: "small" });
  layer.full = el("img", { alt: role, draggable: false, className: "full", decoding: "async" });
  layer.full.onload = () => {
    layer.thumbnail.remove();
    layer.dataset.shows = "full";
    if (role === "low") measureGain(row, layer.full);
  };
  layer.full.onerror = () => {
    layer.full.remove();
    layer.dataset.shows = "thumbnail";
    nameLayers();
  };
  layer.full.src = pictureAddress(row, column);
  layer.append(layer.thumbnail, layer.full);
  return layer;
}

/** Size of the picture that the manifest tells, of a thumbnail's shape where it tells none. */
function sizeOf(row) {
  const width = table.number("width", row),
    height = table.number("height", row);
  return width > 0 && height > 0 ? [width, height] : [640, 360];
}

function layOut() {
  if (picture.row < 0) return;
  const [width, height] = sizeOf(picture.row),
    stage = byId("stage"),
    frame = byId("frame");
  const scale = picture.zoom || Math.min(stage.clientWidth / width, stage.clientHeight / height);
  frame.style.width = `${Math.floor(width * scale)}px`;
  frame.style.height = `${Math.floor(height * scale)}px`;
  frame.classList.toggle("close-up", picture.zoom > 1);
}

/** Brightness that I wants, in stops: as a column or its pixels tell. */
function stopsFor(row) {
  const mean = table.number("exposure_low_mean", row);
  return Number.isFinite(mean) ? stopsOfMean(mean) : STOPS_UNKNOWN;
}

const stopsOfMean = (mean) =>
  Math.min(MOST_STOPS, Math.max(0, Math.round(4 * Math.log2(MEAN_WANTED / Math.max(1, mean))) / 4));

function measureGain(row, image) {
  if (picture.chosenStops !== null || picture.row !== row) return;
  const canvas = el("canvas", { width: 64, height: 36 }),
    pen = canvas.getContext("2d");
  pen.drawImage(image, 0, 0, 64, 36);
  try {
    const levels = pen.getImageData(0, 0, 64, 36).data;
    let sum = 0;
    for (let at = 0; at < levels.length; at += 4) sum += levels[at] + levels[at + 1] + levels[at + 2];
    setStops(stopsOfMean(sum / (3 * 64 * 36)));
  } catch {
    /* a page opened as a file may show its pictures, not read them */
  }
}

/** Tell whether an image was taken in the dark: I, and the same again at the end. */
const isDark = (role) => role === "low" || (role === BRACKET.role && picture.layers.has("low"));

function setStops(stops) {
  picture.stops = Math.min(MOST_STOPS, Math.max(0, stops));
  const gain = 2 ** picture.stops;
  byId("gain").value = picture.stops;
  byId("gain-value").textContent = gain < 10 ? gain.toFixed(1) : Math.round(gain);
  for (const [role, layer] of picture.layers)
    if (isDark(role)) layer.full.style.filter = gain > 1 ? `brightness(${gain})` : "";
  nameLayers();
}

/** Show the layers as the mode says. */
function showLayers() {
  const { mode, role, other, layers, edge } = picture;
  const front = picture.swapped ? other : role,
    wiping = mode === "wipe" && other;
  for (const [name, layer] of layers) {
    layer.classList.toggle("seen", name === front || (wiping && name === other));
    layer.style.clipPath = wiping && name === other ? `inset(0 0 0 ${100 * edge}%)` : "";
    layer.style.zIndex = wiping && name === other ? 1 : 0;
  }
  const frame = byId("frame");
  frame.classList.toggle("wiping", Boolean(wiping));
  const bar = frame.querySelector(".edge");
  if (bar) {
    bar.hidden = !wiping;
    bar.style.left = `${100 * edge}%`;
  }
  frame.dataset.front = front;
  nameLayers();
}

function nameLayers() {
  const { role, other, swapped, mode } = picture,
    [first, second] = byId("frame").querySelectorAll(".name");
  if (!first) return;
  first.textContent = nameOf(swapped ? other : role);
  second.textContent = nameOf(other);
  second.hidden = mode !== "wipe" || !other;
}

function nameOf(role) {
  const layer = picture.layers.get(role);
  if (!layer) return "no image";
  const { sign } = [...ROLES, BRACKET].find((known) => known.role === role);
  if (layer.dataset.shows === "thumbnail")
    return `${sign} ${spoken(role)}, thumbnail only: the picture is not beside this page`;
  const gain = isDark(role) && picture.stops > 0 ? ` × ${byId("gain-value").textContent}` : "";
  return `${sign} ${role === BRACKET.role ? "at the end of the shot" : spoken(role)}${gain}`;
}

/** Choose what is shown: "one", "flicker" or "wipe"; the same mode again ends it. */
function setMode(mode) {
  picture.mode = picture.mode === mode || !picture.other ? "one" : mode;
  picture.swapped = false;
  showTools();
}

function showTools() {
  const roles = rolesOf(picture.row);
  byId("shown-role").replaceChildren(
    ...roles.map(({ role, sign }, at) => {
      const button = el(
        "button",
        { title: spoken(role), data: { role }, aria: { pressed: role === picture.role } },
        sign,
        el("kbd", {}, String(at + 1)),
      );
      button.onclick = () => showRole(role);
      return button;
    }),
  );
  byId("with").replaceChildren(
    ...roles
      .filter(({ role }) => role !== picture.role)
      .map(({ role, sign }) => el("option", { value: role, selected: role === picture.other }, sign)),
  );
  for (const button of byId("compare").children) {
    pressed(button, button.dataset.mode === picture.mode);
    button.disabled = !picture.other;
  }
  byId("with-label").hidden = !picture.other;
  byId("rate-label").hidden = picture.mode !== "flicker";
  byId("gain-label").hidden = !picture.layers.has("low");
  byId("zoom-button").firstChild.textContent = picture.zoom ? `${100 * picture.zoom}%` : "Fit";
  clearInterval(picture.timer);
  if (picture.mode === "flicker") picture.timer = setInterval(swap, 1000 / byId("rate").value);
  showLayers();
}

function swap() {
  picture.swapped = Boolean(picture.other) && !picture.swapped;
  showLayers();
}

function showRole(role) {
  if (role === picture.other) picture.other = picture.role;
  picture.role = picture.chosenRole = role;
  picture.swapped = false;
  showTools();
}

function nextZoom() {
  picture.zoom = ZOOMS[(ZOOMS.indexOf(picture.zoom) + 1) % ZOOMS.length];
  layOut();
  const stage = byId("stage");
  stage.scrollTo((stage.scrollWidth - stage.clientWidth) / 2, (stage.scrollHeight - stage.clientHeight) / 2);
  showTools();
}

function dragEdge(event) {
  const box = byId("frame").getBoundingClientRect();
  picture.edge = Math.min(1, Math.max(0, (event.clientX - box.left) / box.width));
  showLayers();
}

byId("frame").addEventListener("pointerdown", (event) => {
  if (picture.mode !== "wipe" || !picture.other) return;
  event.preventDefault();
  byId("frame").setPointerCapture(event.pointerId);
  dragEdge(event);
});
byId("frame").addEventListener("pointermove", (event) => {
  if (byId("frame").hasPointerCapture(event.pointerId)) dragEdge(event);
});
byId("with").onchange = () => {
  picture.other = byId("with").value;
  showTools();
};
byId("rate").oninput = showTools;
byId("gain").oninput = () => {
  picture.chosenStops = Number(byId("gain").value);
  setStops(picture.chosenStops);
};
byId("zoom-button").onclick = nextZoom;
for (const button of byId("compare").children) button.onclick = () => setMode(button.dataset.mode);
new ResizeObserver(layOut).observe(byId("stage"));
