// Thumbnails and maps of evidence: in inert blocks of the page, or asked of the server; decoded only when shown.

const KEPT_BLOCKS = 24;
const blocks = new Map();

/** Return the pictures of a row by name, as base64; `{}` where there are none. */
async function picturesOf(row) {
  const number = Math.floor(row / about.block);
  if (!blocks.has(number)) {
    blocks.set(number, about.review ? fetchBlock(number) : embeddedBlock(number));
    if (blocks.size > KEPT_BLOCKS) blocks.delete(blocks.keys().next().value);
  }
  try {
    return (await blocks.get(number))[row % about.block] ?? {};
  } catch {
    blocks.delete(number);
    return {};
  }
}

async function embeddedBlock(number) {
  return JSON.parse(byId(`pictures-${number}`).textContent);
}

async function fetchBlock(number) {
  const answer = await fetch(`pictures/${about.edition}/${number}`);
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.json();
}

const webp = (base64) => `data:image/webp;base64,${base64}`;
const png = (base64) => `data:image/png;base64,${base64}`;

/** Address of a full picture: beside the report, or of the server, which serves nothing else. */
function pictureAddress(row, column) {
  const path = table.text(column, row).split("/").map(encodeURIComponent).join("/");
  return about.images + path;
}
