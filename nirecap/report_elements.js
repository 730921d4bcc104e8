// Elements of a page. Text only ever enters as text, so that no name or note becomes HTML.

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
