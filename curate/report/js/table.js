// The rows of the manifest, held as columns: numbers in typed arrays, words once each.

const about = JSON.parse(byId("about").textContent);

class Table {
  constructor(kinds) {
    this.count = 0;
    this.kinds = kinds;
    this.columns = new Map();
    this.searched = [];
  }

  /** Read the inert blocks of the page, one after the other, and drop their text. */
  static read(kinds) {
    const table = new Table(kinds);
    const blocks = [...document.querySelectorAll("script.rows")].map((block) => {
      const rows = JSON.parse(block.textContent);
      block.remove();
      return rows;
    });
    table.count = blocks.reduce((sum, block) => sum + block.count, 0);
    for (const [name, kind] of Object.entries(kinds)) table.columns.set(name, table.gather(blocks, name, kind));
    return table;
  }

  gather(blocks, name, kind) {
    if (kind === "text") return this.gatherText(blocks, name);
    if (kind === "list") return blocks.flatMap((block) => block.columns[name]);
    const numbers = new Float64Array(this.count);
    let at = 0;
    for (const block of blocks) for (const value of block.columns[name]) numbers[at++] = value === null ? NaN : value;
    return numbers;
  }

  gatherText(blocks, name) {
    const words = [],
      codes = new Int32Array(this.count),
      known = new Map();
    let at = 0;
    for (const block of blocks) {
      const own = block.columns[name].words.map((word) => {
        if (!known.has(word)) known.set(word, words.push(word) - 1);
        return known.get(word);
      });
      for (const code of block.columns[name].codes) codes[at++] = code < 0 ? -1 : own[code];
    }
    return { words, codes };
  }

  text(name, row) {
    const column = this.columns.get(name);
    return column && column.codes[row] >= 0 ? column.words[column.codes[row]] : null;
  }

  number(name, row) {
    return this.columns.get(name)?.[row] ?? NaN;
  }

  list(name, row) {
    return this.columns.get(name)?.[row] ?? [];
  }

  of(kind) {
    return Object.keys(this.kinds).filter((name) => this.kinds[name] === kind);
  }

  /** What the search looks through, in lower case; made when it is first asked for. */
  haystack(row) {
    return (this.searched[row] ??= ["shot", "scene_id", "camera", "note", "source", "problem"]
      .map((name) => this.text(name, row) ?? "")
      .join("\n")
      .toLowerCase());
  }
}

const table = Table.read(about.kinds);
const ROLES = [
  ["low", "I"],
  ["nire", "N"],
  ["reference", "R"],
  ["reference_nire", "N_f"],
].map(([role, sign]) => ({ role, sign, column: `${role}_file_name` }));
/** The first image taken again at the end of the shot; it is only shown large. */
const BRACKET = { role: "bracket", sign: "again", column: "bracket_path" };
const rolesOf = (row) => [...ROLES, BRACKET].filter(({ column }) => table.text(column, row));
const rolesShown = ROLES.filter(({ column }) => table.columns.get(column)?.words.length);
const rowOfShot = new Map();
for (let row = 0; row < table.count; row += 1) rowOfShot.set(table.text("shot", row), row);

/** The limits by which a score raises a flag ("above") or can't be believed ("sure"), by column. */
const limitsOf = new Map();
for (const [flag, { above, sure }] of Object.entries(about.thresholds)) {
  for (const [kind, limits] of Object.entries({ above, sure: sure ?? {} })) {
    for (const [name, limit] of Object.entries(limits)) {
      limitsOf.set(name, [...(limitsOf.get(name) ?? []), { flag, kind, limit }]);
    }
  }
}
const exceeds = (value, { kind, limit }) => (kind === "above" ? value > limit : value < limit);

const FACTS = ["width", "height", "lamp_nm", "clock_offset_s"];
/** Columns of numbers that say something of how good a shot is. */
const scores = table.of("number").filter((name) => !FACTS.includes(name));
const checkOf = (name) =>
  about.checks.filter((check) => name.startsWith(`${check}_`)).sort((a, b) => b.length - a.length)[0] ?? "other";
/** Name of a score without its check. */
const shortName = (name) =>
  (checkOf(name) === "other" ? name : name.slice(checkOf(name).length + 1)).replaceAll("_", " ");
const spoken = (name) => name.replaceAll("_", " ");
