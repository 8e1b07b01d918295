/** Figures and tensors to take away: text of files, and PNG as the SVG drawn by the browser. */

const marks: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

/** Text as it may stand in XML: markup escaped, characters XML cannot hold replaced. */
export function escapeXml(text: string): string {
  return text
    .replace(/[&<>"']/g, (character) => marks[character]!)
    .replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '\ufffd');
}

/** One field of a CSV file (RFC 4180). A leading = + - @ of a label is quoted with an apostrophe, lest a sheet run it. */
export function csvField(text: string): string {
  const tame = /^[=+@\t\r]|^-(?!\d|∞)/.test(text) ? `'${text}` : text;
  return /[",\n\r]/.test(tame) ? `"${tame.replace(/"/g, '""')}"` : tame;
}

/**
 * A tensor as CSV, line by line: leading axes as index columns, the last axis across. Float32 with the digits that
 * identify it.
 */
export function* tensorCsv(
  shape: readonly number[],
  data: Float32Array,
  rowLabels?: readonly string[],
): Generator<string, void> {
  const columns = shape.at(-1) ?? 1;
  const lead = shape.slice(0, -1);
  const rows = lead.reduce((product, size) => product * size, 1);
  const named = rowLabels !== undefined && lead.length > 0;
  const header = [...lead.map((_, axis) => `axis${axis}`), ...(named ? ['token'] : [])];
  for (let column = 0; column < columns; ++column) header.push(`${column}`);
  yield `${header.join(',')}\r\n`;
  for (let row = 0; row < rows; ++row) {
    const fields: string[] = [];
    let left = row;
    for (let axis = lead.length - 1; axis >= 0; --axis) {
      fields.unshift(`${left % lead[axis]!}`);
      left = Math.floor(left / lead[axis]!);
    }
    if (named) fields.push(csvField(rowLabels[Number(fields[0])] ?? ''));
    for (let column = 0; column < columns; ++column) fields.push(float(data[row * columns + column]!));
    yield `${fields.join(',')}\r\n`;
  }
}

/** Rows under named columns as CSV, line by line. */
export function* tableCsv(
  names: readonly string[],
  rows: Iterable<readonly (string | number)[]>,
): Generator<string, void> {
  yield csvLine(names);
  for (const row of rows) yield csvLine(row);
}

/** One line of CSV, with its end. */
function csvLine(fields: readonly (string | number)[]): string {
  const texts = fields.map((value) => (typeof value === 'number' ? exact(value) : csvField(value)));
  return `${texts.join(',')}\r\n`;
}

/** A number as a sheet and Python read it: float32 by the digits that identify it, all others by their own. */
function exact(value: number): string {
  return Math.fround(value) === value || !Number.isFinite(value) ? float(value) : `${value}`;
}

/** Shortest decimal that reads back as the same float32. */
function float(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'nan' : value > 0 ? 'inf' : '-inf';
  for (let digits = 6; digits < 9; ++digits) {
    const text = value.toPrecision(digits);
    if (Math.fround(Number(text)) === value) return `${Number(text)}`;
  }
  return `${Number(value.toPrecision(9))}`;
}

/** A file name of letters, digits, dots and hyphens only. */
export function fileName(...parts: (string | number)[]): string {
  return parts
    .join('-')
    .replace(/[^A-Za-z0-9.]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 80);
}

/** Hands a file to the browser's downloads. */
export function download(blob: Blob, name: string): void {
  const address = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  // The browser has the address once the click is handled; a moment later nobody needs it.
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

/** Draws an SVG file at twice its size; rejects when the browser cannot. */
export async function svgToPng(svg: string, scale = 2): Promise<Blob> {
  const address = URL.createObjectURL(new Blob([svg], { type: 'image/svg+xml' }));
  try {
    const image = new Image();
    image.src = address;
    await image.decode();
    const canvas = document.createElement('canvas');
    canvas.width = image.naturalWidth * scale;
    canvas.height = image.naturalHeight * scale;
    canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise((resolve, reject) =>
      canvas.toBlob((blob) =>
        blob ? resolve(blob) : reject(new Error('The figure is too large to be drawn as PNG; take the SVG.')),
      ),
    );
  } finally {
    URL.revokeObjectURL(address);
  }
}
