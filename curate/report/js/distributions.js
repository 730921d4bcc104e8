// How every score is distributed, over all shots and over those that are shown, with the limits it has.

const BINS = 40,
  WIDE = 240,
  HIGH = 80;
/** Share of the values up to which none is wild. */
const WILD = 0.97;

/** Draw a histogram of each score; those that decide something come first. */
function showDistributions(rows) {
  const deciding = scores.filter((name) => limitsOf.has(name)),
    rest = scores.filter((name) => !limitsOf.has(name));
  const plots = (names) => names.map((name) => distribution(name, rows)).filter(Boolean);
  const title = (text) => el("h3", {}, text);
  byId("distributions").replaceChildren(
    title("Scores that raise flags"),
    ...plots(deciding),
    ...(rest.length ? [title("Other scores"), ...plots(rest)] : []),
  );
}

function distribution(name, rows) {
  const column = table.columns.get(name),
    limits = limitsOf.get(name) ?? [],
    range = rangeOf(column, limits);
  if (!range) return null;
  const all = histogram(column, null, range),
    some = histogram(column, rows, range);
  const sort = el("button", { title: "Show the shots in the order of this score" }, "sort");
  sort.onclick = () => {
    filter.sort = name;
    filter.down = true;
    showView("shots");
    refresh();
  };
  const said = limits.map((limit) =>
    el(
      "li",
      { className: limit.kind },
      `${spoken(limit.flag)}: ${limit.kind === "above" ? "over" : "not believed under"} ${written(limit.limit, name)} · ${countOver(column, rows, limit).toLocaleString("en")}`,
    ),
  );
  return el(
    "div",
    { className: "distribution", data: { score: name } },
    el("header", {}, el("b", {}, spoken(name)), sort),
    bars(name, all, some, range, limits),
    el(
      "div",
      { className: "ends" },
      el("span", {}, `${range.under ? "≤ " : ""}${written(range.low)}`),
      el("span", {}, `${range.over ? "≥ " : ""}${written(range.high)}`),
    ),
    el("ul", {}, ...said),
  );
}

/** From the least to nearly the most, limits in sight: a few wild values shall not press all others into one bar. */
function rangeOf(column, limits) {
  const known = column.filter(Number.isFinite).sort();
  if (!known.length) return null;
  const at = (share) => known[Math.round(share * (known.length - 1))],
    least = at(0),
    most = at(1);
  const marks = limits.map(({ limit }) => limit),
    spread = Math.max(at(WILD), ...marks) - Math.min(at(1 - WILD), ...marks);
  const low = Math.max(Math.min(least, ...marks), Math.min(at(1 - WILD), ...marks) - spread / 2);
  const high = Math.min(Math.max(most, ...marks), Math.max(at(WILD), ...marks) + spread / 2);
  return {
    low,
    high: high > low ? Math.max(high, ...marks.map((mark) => mark + (high - low) / BINS)) : low + 1,
    under: least < low,
    over: most > high,
  };
}

function histogram(column, rows, { low, high }) {
  const counts = new Uint32Array(BINS),
    add = (value) => {
      if (Number.isFinite(value))
        counts[Math.max(0, Math.min(BINS - 1, Math.floor(((value - low) / (high - low)) * BINS)))] += 1;
    };
  if (rows) for (const row of rows) add(column[row]);
  else column.forEach(add);
  return counts;
}

function countOver(column, rows, limit) {
  let count = 0;
  for (const row of rows) if (exceeds(column[row], limit)) count += 1;
  return count;
}

/** Bars as high as the square root of their count, so that the few are seen beside the many. */
function bars(name, all, some, range, limits) {
  const most = Math.sqrt(Math.max(...all, 1)),
    wide = WIDE / BINS,
    step = (range.high - range.low) / BINS;
  const at = (value) => ((value - range.low) / (range.high - range.low)) * WIDE;
  const drawing = svg("svg", {
    viewBox: `0 0 ${WIDE} ${HIGH}`,
    preserveAspectRatio: "none",
    role: "img",
    "aria-label": `Distribution of ${spoken(name)}`,
  });
  const bar = (count, bin, kind) =>
    svg("rect", {
      class: kind,
      x: bin * wide,
      width: wide - 0.6,
      y: HIGH - (Math.sqrt(count) / most) * HIGH,
      height: (Math.sqrt(count) / most) * HIGH,
    });
  all.forEach((count, bin) => {
    if (count) drawing.append(bar(count, bin, "all"));
  });
  some.forEach((count, bin) => {
    const middle = range.low + (bin + 0.5) * step,
      over = limits.some((limit) => limit.kind === "above" && middle > limit.limit);
    if (count) drawing.append(bar(count, bin, over ? "over" : "some"));
  });
  for (const { kind, limit } of limits)
    drawing.append(svg("line", { class: kind, x1: at(limit), x2: at(limit), y1: 0, y2: HIGH }));
  all.forEach((count, bin) => {
    if (count) drawing.append(hit(name, bin, count, range, step, wide));
  });
  return drawing;
}

/** A bar's whole height, to be clicked: shows the shots in it. */
function hit(name, bin, count, { low, over, under }, step, wide) {
  const from = bin === 0 && under ? -Infinity : low + bin * step,
    to = bin === BINS - 1 && over ? Infinity : low + (bin + 1) * step;
  const area = svg(
    "rect",
    { class: "hit", x: bin * wide, width: wide, y: 0, height: HIGH },
    svg(
      "title",
      {},
      `${from === -Infinity ? "the least" : written(from)} to ${to === Infinity ? "the most" : written(to)}: ${counted(count, "shot")}`,
    ),
  );
  area.onclick = () => {
    filter.ranges.set(name, [from, bin === BINS - 1 && !over ? Infinity : to]);
    filter.sort = name;
    showView("shots");
    refresh();
  };
  return area;
}
