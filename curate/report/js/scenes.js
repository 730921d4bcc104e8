// The scenes of the rows that are shown: how many shots, what became of them, and which flags they have.

const SCENES_AT_ONCE = 300;
const sceneOrder = { by: "scene", down: false, most: SCENES_AT_ONCE };
const SCENE_COLUMNS = [
  ["scene", "Scene"],
  ["shots", "Shots"],
  ["keep", "Keep"],
  ["review", "Review"],
  ["reject", "Reject"],
  ["share", ""],
];

/** Draw the table of scenes. */
function showScenes(rows) {
  const scenes = [...gatherScenes(rows).values()].sort(inSceneOrder);
  const heads = SCENE_COLUMNS.map(([key, title]) => {
    const button = el(
      "button",
      { title: "Sort" },
      title,
      sceneOrder.by === key && title ? (sceneOrder.down ? " ↓" : " ↑") : "",
    );
    button.onclick = () => {
      sceneOrder.down = sceneOrder.by === key ? !sceneOrder.down : key !== "scene";
      sceneOrder.by = key;
      showScenes(rows);
    };
    return el("th", { scope: "col" }, title ? button : "");
  });
  const body = el("tbody", {}, ...scenes.slice(0, sceneOrder.most).map(sceneLine));
  const more = el(
    "button",
    { hidden: scenes.length <= sceneOrder.most },
    `Show more of ${counted(scenes.length, "scene")}`,
  );
  more.onclick = () => {
    sceneOrder.most *= 4;
    showScenes(rows);
  };
  byId("scenes").replaceChildren(
    el("table", {}, el("thead", {}, el("tr", {}, ...heads, el("th", { scope: "col" }, "Flags"))), body),
    more,
  );
}

function gatherScenes(rows) {
  const scenes = new Map();
  for (const row of rows) {
    const name = table.text("scene_id", row) ?? "";
    if (!scenes.has(name)) scenes.set(name, { scene: name, shots: 0, keep: 0, review: 0, reject: 0, flags: new Map() });
    const scene = scenes.get(name);
    scene.shots += 1;
    scene[decisionOn(row)] += 1;
    for (const flag of flagsOn(row)) scene.flags.set(flag, (scene.flags.get(flag) ?? 0) + 1);
  }
  return scenes;
}

function inSceneOrder(a, b) {
  const { by, down } = sceneOrder,
    turn = down ? -1 : 1;
  return by === "scene"
    ? turn * a.scene.localeCompare(b.scene, undefined, { numeric: true })
    : turn * (a[by] - b[by]) || a.scene.localeCompare(b.scene);
}

function sceneLine(scene) {
  const name = el("button", { title: `Show the shots of ${scene.scene}` }, scene.scene);
  name.onclick = () => {
    const chosen = filter.chosen.get("scene_id");
    if (chosen) {
      chosen.clear();
      chosen.add(scene.scene);
    } else filter.search = scene.scene;
    showView("shots");
    refresh();
  };
  const split = el(
    "div",
    { className: "split" },
    ...["keep", "review", "reject"]
      .filter((kind) => scene[kind])
      .map((kind) => {
        const part = el("i", { className: kind, title: `${scene[kind]} ${kind}` });
        part.style.flex = scene[kind];
        return part;
      }),
  );
  const flags = [...scene.flags]
    .sort((a, b) => b[1] - a[1])
    .map(([flag, count]) => el("span", { className: "flag" }, `${spoken(flag)} ${count}`));
  const numbers = ["shots", "keep", "review", "reject"].map((key) =>
    el("td", {}, scene[key] ? scene[key].toLocaleString("en") : "·"),
  );
  return el("tr", {}, el("td", {}, name), ...numbers, el("td", {}, split), el("td", {}, ...flags));
}
