// Each image as a point: A across, B upwards; above the diagonal B has more.

const PLOT = { left: 56, right: 408, top: 12, bottom: 352 };

function showScatter() {
  const metric = metricOf.get(looked.metric);
  const [a, b] = [looked.a, looked.b].map((name) => contents.numbers[name]?.[looked.metric]);
  const plot = byId("scatter");
  if (!metric || !a || !b) {
    plot.replaceChildren();
    byId("scatter-caption").textContent = "Choose two methods as A and B above to see them image by image.";
    return;
  }
  const points = images.map((_, image) => ({ image, x: a[image], y: b[image] })).filter(({ x, y }) => x !== null && y !== null);
  const values = points.flatMap(({ x, y }) => [x, y]);
  const [low, high] = values.length ? [Math.min(...values), Math.max(...values)] : [0, 1];
  const margin = (high - low || 1) * 0.05;
  const place = (value, from, to) => from + ((value - low + margin) / (high - low + 2 * margin)) * (to - from);
  const x = (value) => place(value, PLOT.left, PLOT.right);
  const y = (value) => place(value, PLOT.bottom, PLOT.top);
  plot.replaceChildren(
    svg("line", { class: "diagonal", x1: x(low - margin), y1: y(low - margin), x2: x(high + margin), y2: y(high + margin) }),
    svg("path", { class: "axis", fill: "none", d: `M${PLOT.left} ${PLOT.top}V${PLOT.bottom}H${PLOT.right}` }),
    ...[low, (low + high) / 2, high].flatMap((value) => [
      svg("text", { x: x(value), y: PLOT.bottom + 18, "text-anchor": "middle" }, written(value, metric.digits)),
      svg("text", { x: PLOT.left - 6, y: y(value) + 4, "text-anchor": "end" }, written(value, metric.digits)),
    ]),
    svg("text", { x: (PLOT.left + PLOT.right) / 2, y: 390, "text-anchor": "middle" }, `A: ${titleOf(looked.a)}, ${metric.title}`),
    svg("text", { x: 14, y: 180, "text-anchor": "middle", transform: "rotate(-90 14 180)" }, `B: ${titleOf(looked.b)}`),
    ...points.map((point) => dot(point, x(point.x), y(point.y), metric)),
  );
  const wins = points.filter((point) => point.x !== point.y && point.y > point.x === metric.higher).length;
  byId("scatter-caption").textContent = `${titleOf(looked.b)} is better than ${titleOf(looked.a)} on ${wins} of ${points.length} images by ${metric.title} ${arrow(metric)}. A point opens its image.`;
}

function dot({ image, x, y }, across, down, metric) {
  const label = `${images[image].name}: A ${written(x, metric.digits)}, B ${written(y, metric.digits)}`;
  const made = svg(
    "circle",
    { cx: across, cy: down, r: image === looked.image ? 7 : 5, class: image === looked.image ? "chosen" : "", "aria-label": label },
    svg("title", {}, label),
  );
  made.addEventListener("click", () => look({ image }));
  return made;
}
