// All scores of a shot beside their limits, and why it was flagged.

/** Say for each flag which score raised it, and for each score that can't be believed that it can't. */
function reasons(row) {
  const word = wordOn(row);
  const items = [...raised[row]].map((flag) => reasonItem(row, flag, word));
  for (const flag of word?.flags_on.filter((each) => !raised[row].includes(each)) ?? [])
    items.push(el("li", {}, el("b", {}, spoken(flag)), `set by ${word.reviewer}`));
  for (const [name, limits] of limitsOf) {
    for (const { flag, kind, limit } of limits) {
      const value = table.number(name, row);
      if (kind === "sure" && value < limit)
        items.push(
          el(
            "li",
            { className: "review" },
            el("b", {}, `${spoken(flag)}?`),
            el("span", {}, `not sure: ${spoken(name)} is ${written(value, name)}, under ${written(limit)}`),
          ),
        );
    }
  }
  return items.length ? el("ul", { className: "why" }, ...items) : el("p", {}, "No check found anything.");
}

function reasonItem(row, flag, word) {
  const threshold = about.thresholds[flag],
    said = [];
  for (const [name, limit] of Object.entries(threshold?.above ?? {})) {
    const value = table.number(name, row);
    if (value > limit)
      said.push(el("span", {}, `${spoken(name)} is ${written(value, name)}, limit ${written(limit, name)}`));
  }
  if (flag === "unreadable") said.push(el("span", {}, table.text("problem", row) ?? ""));
  if (flag === "duplicate") said.push(twinLink(row));
  if (word?.flags_off.includes(flag)) said.push(el("span", {}, `taken away by ${word.reviewer}`));
  const item = el("li", { className: threshold?.status ?? "reject" }, el("b", {}, spoken(flag)), ...said);
  return item;
}

/** A way to the shot that this one repeats. */
function twinLink(row) {
  const twin = table.text("duplicate_of", row);
  if (!twin) return null;
  const button = el("button", { disabled: !rowOfShot.has(twin) }, twin);
  button.onclick = () => openDetail(rowOfShot.get(twin));
  return el("span", {}, "repeats ", button);
}

/** All scores in groups of their checks; those with something over its limit stand open. */
function scoreGroups(row) {
  const byCheck = new Map();
  for (const name of scores)
    if (Number.isFinite(table.number(name, row)))
      byCheck.set(checkOf(name), [...(byCheck.get(checkOf(name)) ?? []), name]);
  return [...byCheck].map(([check, names]) => {
    const over = names.some((name) => isOver(name, row));
    const lines = names.map((name) => scoreLine(name, row));
    return el(
      "details",
      { open: over },
      el("summary", { className: over ? "over" : "" }, spoken(check)),
      el("table", {}, el("tbody", {}, ...lines)),
    );
  });
}

const isOver = (name, row) => (limitsOf.get(name) ?? []).some((limit) => exceeds(table.number(name, row), limit));

function scoreLine(name, row) {
  const limits = (limitsOf.get(name) ?? []).map(
    ({ kind, limit }) => `${kind === "above" ? "limit" : "sure from"} ${written(limit, name)}`,
  );
  const value = el(
    "td",
    {},
    written(table.number(name, row), name),
    limits.length ? el("small", {}, [...new Set(limits)].join(", ")) : null,
  );
  return el(
    "tr",
    { className: isOver(name, row) ? "over" : "", title: name },
    el("th", { scope: "row" }, shortName(name)),
    value,
  );
}

/** What else the manifest says of a shot. */
function factLines(row) {
  const hidden = [
    "shot",
    "scene_id",
    "status",
    "verdict",
    "reviewer",
    "problem",
    ...[...ROLES, BRACKET].map(({ column }) => column),
  ];
  const lines = [
    ["taken", clock(table.number("taken_at", row))],
    ["size", sizeOf(row).join(" × ")],
  ];
  for (const name of table.of("text"))
    if (!hidden.includes(name) && table.text(name, row)) lines.push([spoken(name), table.text(name, row)]);
  for (const name of ["lamp_nm", "clock_offset_s"])
    if (Number.isFinite(table.number(name, row))) lines.push([spoken(name), written(table.number(name, row), name)]);
  for (const { role, column } of rolesOf(row)) lines.push([spoken(role), table.text(column, row)]);
  return el(
    "table",
    {},
    el(
      "tbody",
      {},
      ...lines.map(([name, value]) => el("tr", {}, el("th", { scope: "row" }, name), el("td", {}, value))),
    ),
  );
}
