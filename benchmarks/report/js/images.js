// One row an image, one column a method, the numbers of one metric.

const list = { sorting: { key: null, descending: false } };

function showImages() {
  const metric = metricOf.get(looked.metric);
  if (!metric) return;
  byId("metric").value = looked.metric;
  const rows = images.map((image, place) => ({ ...image, place }));
  const { key, descending } = list.sorting;
  const value = (row) => (key === "name" ? row.name : valueOf(key, metric.name, row.place));
  if (key !== null) rows.sort((one, other) => compare(value(one), value(other), descending));
  const sort = (chosen) => {
    list.sorting = sortedBy(list.sorting, chosen, chosen !== "name" && metric.higher);
    showImages();
  };
  byId("images-table").replaceChildren(
    el(
      "thead",
      {},
      el(
        "tr",
        {},
        sortable("image", "name", list.sorting, sort),
        ...methods.map((method) => sortable(method.title, method.name, list.sorting, sort)),
      ),
    ),
    el("tbody", {}, ...rows.map((row) => imageRow(row, metric))),
  );
}

function imageRow(row, metric) {
  const values = methods.map((method) => valueOf(method.name, metric.name, row.place));
  const there = values.filter((value) => value !== null);
  const best = metric.higher ? Math.max(...there) : Math.min(...there);
  const open = () => look({ image: row.place });
  return el(
    "tr",
    { className: row.place === looked.image ? "chosen" : "", onclick: open },
    el(
      "th",
      { scope: "row" },
      el("button", { type: "button", onclick: open }, el("img", { src: row.thumbnail ?? "", alt: "", loading: "lazy" }), el("span", {}, row.name, el("br"), el("small", {}, row.scene))),
    ),
    ...values.map((value) => el("td", { className: value !== null && value === best ? "best" : "" }, written(value, metric.digits))),
  );
}
