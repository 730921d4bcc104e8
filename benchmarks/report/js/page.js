// Put the parts together.

const option = ({ name, title }) => el("option", { value: name }, title);

function fill(id, options, chosen) {
  byId(id).replaceChildren(...options.map(option));
  byId(id).value = chosen;
}

function step(by) {
  look({ image: (looked.image + by + images.length) % images.length });
}

function listen() {
  for (const id of ["which", "show", "against"]) byId(id).onchange = showResults;
  byId("image").onchange = () => look({ image: Number(byId("image").value) });
  byId("metric").onchange = () => look({ metric: byId("metric").value });
  for (const side of ["a", "b"]) byId(side).onchange = () => look({ [side]: byId(side).value });
  byId("before").onclick = () => step(-1);
  byId("after").onclick = () => step(1);
  byId("zoom").onchange = () => {
    viewer.zoom = Number(byId("zoom").value);
    showStage();
  };
  byId("modes").onclick = ({ target }) => {
    viewer.mode = target.dataset.mode ?? viewer.mode;
    showStage();
    turnByItself();
  };
  byId("automatic").onchange = turnByItself;
  byId("wipe").oninput = () => turn(false);
}

function listenToStage() {
  const stage = byId("stage");
  stage.onpointerdown = () => turn(true);
  stage.onpointerup = stage.onpointerleave = () => turn(false);
  stage.onpointermove = ({ clientX }) => {
    if (viewer.mode !== "wipe") return;
    const frame = viewer.over.over.parentElement.getBoundingClientRect();
    byId("wipe").value = (100 * (clientX - frame.left)) / frame.width;
    turn(false);
  };
  stage.onkeydown = ({ key }) => {
    if (key === "ArrowLeft" || key === "ArrowRight") step(key === "ArrowRight" ? 1 : -1);
    if (key.toLowerCase() === "b") turn(true);
  };
  stage.onkeyup = ({ key }) => key.toLowerCase() === "b" && turn(false);
}

/** Return the best method besides that which the others are compared with. */
function rivalOf(base) {
  const metric = measured[0];
  const mean = (method) => (metric ? contents.means[method.name][metric.name][0] : null);
  const others = methods.filter((method) => method.name !== base);
  return others.sort((one, other) => compare(mean(one), mean(other), metric?.higher))[0]?.name ?? "reference";
}

fill("against", methods, contents.base);
fill("metric", measured, looked.metric);
fill("image", images.map(({ name }, place) => ({ name: place, title: name })), 0);
for (const side of ["a", "b"]) fill(side, versions, "");
listen();
listenToStage();
looked.told = [showPictures, showScatter, showImages];
showResults();
look({ a: rivalOf(contents.base), b: contents.base });
