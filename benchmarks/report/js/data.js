// What the page shows: numbers at once, the pictures of an image when it is looked at.

const contents = JSON.parse(byId("contents").textContent);
const { images, methods, metrics } = contents;
const methodOf = new Map(methods.map((method) => [method.name, method]));
const metricOf = new Map(metrics.map((metric) => [metric.name, metric]));
const measured = metrics.filter((metric) => !metric.absent);
const ROLES = [
  { name: "low", title: "I (low light)" },
  { name: "nire", title: "N (NIR)" },
  { name: "reference", title: "R (reference)" },
];
/** Everything that there is a picture of, in the order of the paper's figures. */
const versions = [ROLES[0], ROLES[1], ...methods, ROLES[2]];
const titleOf = (name) => versions.find((version) => version.name === name)?.title ?? name;

const arrow = (metric) => (metric.higher ? "↑" : "↓");
const written = (value, digits) => (value === null || value === undefined ? "n/a" : value.toFixed(digits));
const signed = (value, digits) => (value > 0 ? "+" : "") + written(value, digits);
const valueOf = (name, metric, image) => contents.numbers[name]?.[metric]?.[image] ?? null;

/** Return the previews of an image by version. */
const previewsOf = (image) => JSON.parse(byId(`pictures-${image}`)?.textContent ?? "{}");
/** Return where the full picture is, if the folder of the report is whole. */
const fullOf = (name, image) =>
  [...contents.folders[name].split("/"), images[image].file].map(encodeURIComponent).join("/");

/** What is looked at; whoever shows it is told when it changes. */
const looked = { image: 0, a: "", b: "", metric: measured[0]?.name ?? "", told: [] };
function look(change) {
  Object.assign(looked, change);
  for (const tell of looked.told) tell();
}
