// What the checks raised and what persons said, by row; a person's word wins.

const flagNames = [
  ...new Set([...Object.keys(about.thresholds), "unreadable", ...(table.columns.get("flags") ?? []).flat()]),
];
const raised = new Array(table.count);
const words = new Array(table.count).fill(null);

for (let row = 0; row < table.count; row += 1) {
  const on = table.list("flags_on", row),
    off = table.list("flags_off", row);
  raised[row] = [...table.list("flags", row).filter((flag) => !on.includes(flag)), ...off];
  const verdict = table.text("verdict", row),
    at = table.number("verdict_at", row);
  if (verdict || on.length || off.length) {
    const when = Number.isFinite(at) ? new Date(at).toISOString() : null;
    words[row] = { verdict, flags_on: on, flags_off: off, reviewer: table.text("reviewer", row) ?? "?", at: when };
  }
}

/** The person's word on a row, null where there is none or it was withdrawn. */
function wordOn(row) {
  const word = words[row];
  return word && (word.verdict || word.flags_on.length || word.flags_off.length) ? word : null;
}

const statusOf = (row) => table.text("status", row) ?? "review";
const decisionOn = (row) => wordOn(row)?.verdict ?? statusOf(row);

/** Flags after a person's word. */
function flagsOn(row) {
  const word = wordOn(row);
  if (!word) return raised[row];
  return [
    ...raised[row].filter((flag) => !word.flags_off.includes(flag)),
    ...word.flags_on.filter((flag) => !raised[row].includes(flag)),
  ];
}

/** Say when, in the reader's own time. */
function clock(at) {
  if (!at) return "";
  const when = new Date(at),
    today = new Date().toDateString() === when.toDateString();
  return today
    ? when.toLocaleTimeString("en-GB")
    : when.toLocaleString("en-GB", { dateStyle: "medium", timeStyle: "short" });
}

/** A small label of a flag; those that a person set or took away look so. */
function flagChip(flag, word) {
  const kind = word?.flags_on.includes(flag) ? " on" : word?.flags_off.includes(flag) ? " off" : "";
  return el("span", { className: `flag${kind}` }, spoken(flag));
}
