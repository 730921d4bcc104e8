// Columns that sort.

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
