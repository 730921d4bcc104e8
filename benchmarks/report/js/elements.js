// Elements of the page. Text only ever enters as text, so that no name becomes HTML.

const byId = (id) => document.getElementById(id);

/** Make an element; `facts` are properties, with `data` for its dataset and `aria` for its aria attributes. */
function el(tag, { data = {}, aria = {}, ...facts } = {}, ...children) {
  const made = Object.assign(document.createElement(tag), facts);
  Object.assign(made.dataset, data);
  for (const [name, value] of Object.entries(aria)) made.setAttribute(`aria-${name}`, value);
  made.append(...children.filter((child) => child !== null && child !== undefined && child !== ""));
  return made;
}

/** Make an SVG element. */
function svg(tag, facts = {}, ...children) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(facts)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

/** Make the head of a column that sorts when it is clicked. */
function sortable(title, key, sorting, sort, hint = "") {
  const head = el("th", { scope: "col", title: hint }, el("button", { type: "button", onclick: () => sort(key) }, title));
  if (sorting.key === key) head.setAttribute("aria-sort", sorting.descending ? "descending" : "ascending");
  return head;
}

/** Return a sorting after a click on a column: turned round, or of that column with the best first. */
function sortedBy(sorting, key, descending) {
  return sorting.key === key ? { key, descending: !sorting.descending } : { key, descending };
}

/** Compare two values; what is missing comes last, whichever way round. */
function compare(one, other, descending) {
  if (one === null || other === null) return (one === null) - (other === null);
  const order = typeof one === "string" ? one.localeCompare(other, "en", { numeric: true }) : one - other;
  return descending ? -order : order;
}
