// Which rows are shown, and in what order: groups of values, a search, ranges of scores.

const NOBODY = "nobody yet",
  CHANGED = "flags changed",
  NO_FLAG = "no flag";
const MOST_VALUES = 200;

/** Groups of values: `of(row)` returns the values of a row in that group. */
const groups = [
  { key: "decision", title: "Decision", of: (row) => [decisionOn(row)], order: ["keep", "review", "reject"] },
  {
    key: "flag",
    title: "Flags",
    of: (row) => (flagsOn(row).length ? flagsOn(row) : [NO_FLAG]),
    order: [NO_FLAG, ...flagNames],
  },
  { key: "checks", title: "The checks say", of: (row) => [statusOf(row)], order: ["keep", "review", "reject"] },
  { key: "person", title: "A person said", of: saidOn, order: ["keep", "reject", CHANGED, NOBODY] },
  ...[["reviewer", "Reviewer"]].map(([key, title]) => ({
    key,
    title,
    of: (row) => (wordOn(row) ? [wordOn(row).reviewer] : []),
  })),
  ...[
    ["plan", "Plan"],
    ["camera", "Camera"],
    ["split", "Split"],
    ["session", "Session"],
    ["scene_id", "Scene"],
  ]
    .filter(([key]) => table.columns.get(key)?.words.length > (key === "split" ? 0 : 1))
    .map(([key, title]) => ({
      key,
      title,
      of: (row) => (table.text(key, row) === null ? [] : [table.text(key, row)]),
    })),
];

function saidOn(row) {
  const word = wordOn(row);
  if (!word) return [NOBODY];
  const changed = word.flags_on.length || word.flags_off.length;
  return [...(word.verdict ? [word.verdict] : []), ...(changed ? [CHANGED] : [])];
}

const filter = {
  chosen: new Map(groups.map(({ key }) => [key, new Set()])),
  search: "",
  ranges: new Map(),
  sort: "",
  down: true,
};

/** Return the rows that pass, in order, and for every group how many rows each value would leave. */
function pass() {
  const rows = [],
    counts = new Map(groups.map(({ key }) => [key, new Map()]));
  const needle = filter.search.trim().toLowerCase();
  for (let row = 0; row < table.count; row += 1) {
    if (needle && !table.haystack(row).includes(needle)) continue;
    if (
      ![...filter.ranges].every(
        ([name, [from, to]]) => table.number(name, row) >= from && table.number(name, row) <= to,
      )
    )
      continue;
    tally(row, rows, counts);
  }
  return { rows: sorted(rows), counts };
}

function tally(row, rows, counts) {
  const values = groups.map(({ of }) => of(row));
  const failing = groups.flatMap(({ key }, at) => {
    const chosen = filter.chosen.get(key);
    return chosen.size && !values[at].some((value) => chosen.has(value)) ? [key] : [];
  });
  if (!failing.length) rows.push(row);
  if (failing.length > 1) return;
  groups.forEach(({ key }, at) => {
    if (failing.length && failing[0] !== key) return;
    const count = counts.get(key);
    for (const value of values[at]) count.set(value, (count.get(value) ?? 0) + 1);
  });
}

function sorted(rows) {
  if (!filter.sort) return filter.down ? rows : rows.reverse();
  const turn = filter.down ? -1 : 1,
    name = filter.sort;
  const text = table.kinds[name] === "text" ? table.columns.get(name) : null;
  if (text) {
    const rank = new Int32Array(text.words.length);
    text.words
      .map((_, code) => code)
      .sort((a, b) => text.words[a].localeCompare(text.words[b]))
      .forEach((code, at) => {
        rank[code] = at;
      });
    return rows.sort((a, b) => -turn * (rank[text.codes[a]] - rank[text.codes[b]]) || a - b);
  }
  const numbers = table.columns.get(name); // those without a number come last, whatever the order
  return rows.sort((a, b) => {
    if (Number.isNaN(numbers[a]) || Number.isNaN(numbers[b]))
      return Number.isNaN(numbers[a]) - Number.isNaN(numbers[b]) || a - b;
    return turn * (numbers[a] - numbers[b]) || a - b;
  });
}

/** Take a value into its group or out of it. */
function toggleValue(key, value) {
  const chosen = filter.chosen.get(key);
  if (!chosen.delete(value)) chosen.add(value);
  refresh();
}

function showFilters(counts) {
  const focused = document.activeElement?.dataset?.value;
  const kept = byId("filters").scrollTop;
  byId("filters").replaceChildren(...groups.map((group) => groupOf(group, counts.get(group.key))).filter(Boolean));
  byId("filters").scrollTop = kept;
  if (focused)
    [...byId("filters").querySelectorAll("button")].find((button) => button.dataset.value === focused)?.focus();
}

function groupOf({ key, title, order }, count) {
  const chosen = filter.chosen.get(key);
  const found = [...new Set([...count.keys(), ...chosen])];
  const known = order ? order.filter((value) => count.has(value) || chosen.has(value) || key === "decision") : [];
  const rest = found
    .filter((value) => !known.includes(value))
    .sort((a, b) => (count.get(b) ?? 0) - (count.get(a) ?? 0) || String(a).localeCompare(b));
  const values = [...known, ...rest];
  if (!values.length || (key === "person" && !about.review && values.length === 1 && values[0] === NOBODY)) return null;
  const items = values
    .slice(0, MOST_VALUES)
    .map((value) => valueItem(key, value, count.get(value) ?? 0, chosen.has(value)));
  const more =
    values.length > MOST_VALUES ? el("li", {}, `and ${values.length - MOST_VALUES} more: search for them`) : null;
  return el("section", { data: { group: key } }, el("h3", {}, title), el("ul", {}, ...items, more));
}

function valueItem(key, value, count, chosen) {
  const coloured = ["decision", "checks", "person"].includes(key) ? value : "";
  const dot = coloured
    ? el("span", { className: `dot ${coloured}${key === "person" ? " by-person" : ""}` })
    : el("span");
  const name = el("span", { title: value }, key === "flag" ? spoken(value) : value);
  const button = el(
    "button",
    { data: { value: `${key}=${value}` }, aria: { pressed: chosen } },
    dot,
    name,
    el("output", {}, count.toLocaleString("en")),
  );
  button.onclick = () => toggleValue(key, value);
  return el("li", { className: count ? "" : "none" }, button);
}

function showPills() {
  const pill = (text, remove) =>
    Object.assign(el("button", { title: "Take this filter away" }, text), {
      onclick: () => {
        remove();
        refresh();
      },
    });
  const chosen = groups.flatMap(({ key, title }) =>
    [...filter.chosen.get(key)].map((value) =>
      pill(`${title}: ${key === "flag" ? spoken(value) : value}`, () => filter.chosen.get(key).delete(value)),
    ),
  );
  const ranges = [...filter.ranges].map(([name, [from, to]]) =>
    pill(`${spoken(name)} ${from === -Infinity ? "" : written(from)} … ${to === Infinity ? "" : written(to)}`, () =>
      filter.ranges.delete(name),
    ),
  );
  byId("pills").replaceChildren(...chosen, ...ranges);
}
