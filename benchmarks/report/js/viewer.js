// Two pictures of one image: side by side, in turn, or parted by an edge that can be moved.

const viewer = { mode: "side", zoom: 0, previews: {}, image: null, turning: 0, second: false };

function showPictures() {
  if (viewer.image !== looked.image) {
    viewer.previews = previewsOf(looked.image);
    viewer.image = looked.image;
  }
  byId("image").value = String(looked.image);
  for (const side of ["a", "b"]) {
    byId(side).value = looked[side];
    byId(`${side}-numbers`).textContent = numbersOf(looked[side]);
  }
  showStage();
  showStrip();
}

function numbersOf(name) {
  const shown = measured.filter((metric) => metric.main && valueOf(name, metric.name, looked.image) !== null);
  return shown.map((metric) => `${metric.title} ${written(valueOf(name, metric.name, looked.image), metric.digits)}`).join(" · ");
}

/** Make a picture: the full one from beside the report, or the preview where it is not there. */
function picture(name, facts = {}) {
  const preview = viewer.previews[name] ?? "";
  const made = el("img", { alt: `${titleOf(name)} of ${images[looked.image].name}`, src: fullOf(name, looked.image), ...facts });
  made.onerror = () => {
    made.onerror = null;
    made.src = preview;
  };
  return made;
}

function pane(side, ...pictures) {
  const frame = el("div", {}, ...pictures);
  const first = pictures[0];
  const size = () => {
    const { naturalWidth: width, naturalHeight: height } = first;
    frame.style.width = viewer.zoom ? `${width * viewer.zoom}px` : `min(100%, 72vh * ${width / height || 1})`;
  };
  first.addEventListener("load", size);
  size();
  const label = el("div", { className: "name" }, el("span", {}, ...side));
  return el("div", { className: `pane${viewer.zoom > 1 ? " close-up" : ""}` }, label, frame);
}

const tag = (side) => [el("b", { className: side }, side.toUpperCase()), ` ${titleOf(looked[side])}`];

function showStage() {
  const stage = byId("stage");
  stage.dataset.mode = viewer.mode;
  byId("wipe-label").hidden = viewer.mode !== "wipe";
  byId("automatic-label").hidden = viewer.mode !== "flicker";
  for (const button of byId("modes").children) button.setAttribute("aria-pressed", button.dataset.mode === viewer.mode);
  if (viewer.mode === "side") {
    const panes = [pane(tag("a"), picture(looked.a)), pane(tag("b"), picture(looked.b))];
    for (const [one, other] of [panes, [...panes].reverse()]) one.addEventListener("scroll", () => follow(one, other));
    stage.replaceChildren(...panes);
  } else {
    const over = picture(looked.b, { className: "over" });
    const label = el("span", {}),
      edge = el("div", { className: "edge", hidden: viewer.mode !== "wipe" });
    stage.replaceChildren(pane([label], picture(looked.a), over, edge));
    viewer.over = { over, label, edge };
    turn(false);
  }
  byId("stage-hint").textContent = {
    side: "Both panes scroll together. Arrow keys: previous and next image.",
    flicker: "Hold the key B, or press on the picture, to see B in the place of A.",
    wipe: "Left of the edge is A, right of it B; move over the picture to move the edge.",
  }[viewer.mode];
}

function follow(one, other) {
  if (other.scrollLeft !== one.scrollLeft) other.scrollLeft = one.scrollLeft;
  if (other.scrollTop !== one.scrollTop) other.scrollTop = one.scrollTop;
}

/** Show B, or A, where one stands over the other. */
function turn(second) {
  viewer.second = second;
  if (viewer.mode === "side") return;
  const { over, label, edge } = viewer.over;
  if (viewer.mode === "wipe") {
    over.style.clipPath = `inset(0 0 0 ${byId("wipe").value}%)`;
    edge.style.left = `${byId("wipe").value}%`;
    label.replaceChildren(...tag("a"), " | ", ...tag("b"));
  } else {
    over.style.visibility = second ? "visible" : "hidden";
    label.replaceChildren(...tag(second ? "b" : "a"));
  }
}

function turnByItself() {
  clearInterval(viewer.turning);
  if (byId("automatic").checked && viewer.mode === "flicker") viewer.turning = setInterval(() => turn(!viewer.second), 600);
}

function showStrip() {
  byId("strip").replaceChildren(
    ...versions.map((version) => {
      const value = valueOf(version.name, looked.metric, looked.image);
      const metric = metricOf.get(looked.metric);
      const sides = ["a", "b"].filter((side) => looked[side] === version.name).map((side) => `is-${side}`);
      const choose = (side) =>
        el("button", { type: "button", onclick: () => look({ [side]: version.name }), aria: { label: `${version.title} as ${side.toUpperCase()}` } }, side.toUpperCase());
      return el(
        "li",
        { className: sides.join(" ") },
        el("img", { src: viewer.previews[version.name] ?? "", alt: "", loading: "lazy" }),
        el("p", {}, version.title, " ", el("small", {}, value === null ? "" : `${metric.title} ${written(value, metric.digits)}`)),
        choose("a"),
        " ",
        choose("b"),
      );
    }),
  );
}
