// The table of means, or of differences against one method.

const results = { sorting: { key: null, descending: true } };

function columnsShown() {
  const which = byId("which").value;
  return metrics.filter((metric) => which === "all" || metric.main === (which === "main"));
}

function showResults() {
  const against = byId("show").value === "differences" ? byId("against").value : null;
  byId("against-label").hidden = against === null;
  const columns = columnsShown().filter((metric) => against === null || !metric.absent);
  const rows = methods.filter((method) => method.name !== against);
  const { key, descending } = results.sorting;
  if (key !== null) rows.sort((one, other) => compare(sortValue(one, key, against), sortValue(other, key, against), descending));
  const ranks = new Map(columns.map((metric) => [metric.name, against === null ? rankOf(metric) : new Map()]));
  byId("results-table").replaceChildren(
    el("caption", { hidden: true }, "Results by method"),
    el("thead", {}, el("tr", {}, ...headsOf(columns))),
    el("tbody", {}, ...rows.map((method) => rowOf(method, columns, against, ranks))),
  );
  byId("results-hint").textContent =
    against === null
      ? "Mean over images and seeds; ± standard error over seeds. Best bold, second underlined, oracles left out. Click a head to sort."
      : `Less ${titleOf(against)}, image by image; ± standard error over scenes, ± over seeds; coloured from twice both together; share of images on which the method is better.`;
}

function headsOf(columns) {
  const sort = (key, descending) => {
    results.sorting = sortedBy(results.sorting, key, descending);
    showResults();
  };
  const sees = sortable("sees", "sees", results.sorting, (key) => sort(key, false));
  sees.className = "text";
  return [
    sortable("method", "title", results.sorting, (key) => sort(key, false)),
    sees,
    ...columns.map((metric) =>
      sortable(`${metric.title} ${arrow(metric)}`, metric.name, results.sorting, (key) => sort(key, metric.higher)),
    ),
    sortable("s an image", "seconds", results.sorting, (key) => sort(key, false)),
    sortable("peak MiB", "memory", results.sorting, (key) => sort(key, false)),
  ];
}

function sortValue(method, key, against) {
  if (!metricOf.has(key)) return method[key];
  return (against === null ? contents.means : contents.differences[against])[method.name][key][0];
}

/** Rank a metric as it is written, so that what looks equal is equal. */
function rankOf(metric) {
  const shown = methods
    .filter((method) => !method.oracle && contents.means[method.name][metric.name][0] !== null)
    .map((method) => [method.name, Number(written(contents.means[method.name][metric.name][0], metric.digits))]);
  const values = [...new Set(shown.map(([, value]) => value))].sort((x, y) => (metric.higher ? y - x : x - y));
  return new Map(shown.map(([name, value]) => [name, values.indexOf(value)]));
}

function rowOf(method, columns, against, ranks) {
  const cells = columns.map((metric) =>
    against === null ? meanCell(method, metric, ranks.get(metric.name).get(method.name)) : differenceCell(method, metric, against),
  );
  return el(
    "tr",
    {},
    el("th", { scope: "row" }, method.title),
    el("td", { className: "text" }, method.sees),
    ...cells,
    el("td", {}, method.seconds === null ? "n/a" : String(Number(method.seconds.toPrecision(2)))),
    el("td", {}, written(method.memory, 0)),
  );
}

function meanCell(method, metric, rank) {
  const [mean, error, missing] = contents.means[method.name][metric.name];
  const cell = el("td", { className: ["best", "second"][rank] ?? "" }, written(mean, metric.digits));
  if (error !== null) cell.append(el("small", {}, ` ± ${written(error, metric.digits)}`));
  if (missing && mean !== null) cell.title = `${missing} images have no value`;
  return cell;
}

function differenceCell(method, metric, against) {
  const [value, error, seedError, wins] = contents.differences[against][method.name][metric.name];
  if (value === null) return el("td", {}, "n/a");
  const sure = error !== null && Math.abs(value) > 2 * Math.hypot(error, seedError ?? 0);
  const better = value > 0 === metric.higher;
  const errors = [error, ...(seedError === null ? [] : [seedError])].map((each) => written(each, metric.digits)).join(" ± ");
  return el(
    "td",
    { className: sure ? (better ? "better" : "worse") : "" },
    signed(value, metric.digits),
    el("small", {}, ` ± ${errors}, ${Math.round(100 * wins)} %`),
  );
}
