/** Figures and tensors to take away: SVG and CSV as text, both pure; PNG is the SVG drawn by the browser. */
import { entry, type ColourTable } from './colour';
import type { MatrixKind } from './matrix';
import { hidden, labelStride } from './matrix';

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

/** A tensor as CSV: leading axes as index columns, the last axis across. Float32 with the digits that identify it. */
export function tensorCsv(
  shape: readonly number[],
  data: Float32Array,
  rowLabels?: readonly string[],
): string {
  const columns = shape.at(-1) ?? 1;
  const lead = shape.slice(0, -1);
  const rows = lead.reduce((product, size) => product * size, 1);
  const named = rowLabels !== undefined && lead.length > 0;
  const header = [...lead.map((_, axis) => `axis${axis}`), ...(named ? ['token'] : [])];
  for (let column = 0; column < columns; ++column) header.push(`${column}`);
  const lines = [header.join(',')];
  for (let row = 0; row < rows; ++row) {
    const fields: string[] = [];
    let left = row;
    for (let axis = lead.length - 1; axis >= 0; --axis) {
      fields.unshift(`${left % lead[axis]!}`);
      left = Math.floor(left / lead[axis]!);
    }
    if (named) fields.push(csvField(rowLabels[Number(fields[0])] ?? ''));
    for (let column = 0; column < columns; ++column) fields.push(float(data[row * columns + column]!));
    lines.push(fields.join(','));
  }
  return `${lines.join('\r\n')}\r\n`;
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

export interface MatrixFigure {
  values: Float32Array;
  size: number;
  kind: MatrixKind;
  table: ColourTable;
  index: (value: number) => number;
  rowLabels: readonly string[];
  columnLabels: readonly string[];
  title: string;
  ink: string;
  muted: string;
  paper: string;
}

/** A matrix as an SVG file that stands alone: title, labels, one rectangle a cell, masked cells hatched. */
export function matrixSvg(figure: MatrixFigure): string {
  const { values, size, kind, table, index, rowLabels, columnLabels, title, ink, muted, paper } = figure;
  const cell = Math.max(2, Math.min(24, Math.floor(900 / size)));
  const left = 110;
  const top = 110;
  const width = left + size * cell + 40;
  const height = top + size * cell + 24;
  const stride = labelStride(cell, 12);
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="system-ui, sans-serif">`,
    `<title>${escapeXml(title)}</title><rect width="100%" height="100%" fill="${paper}"/>`,
    `<defs><pattern id="masked" width="5" height="5" patternUnits="userSpaceOnUse"><path d="M0 5L5 0" stroke="${muted}" stroke-opacity=".45" stroke-width=".6"/></pattern></defs>`,
    `<text x="16" y="24" font-size="14" font-weight="600" fill="${ink}">${escapeXml(title)}</text>`,
  ];
  for (let i = 0; i < size; i += stride) {
    const middle = (i + 0.5) * cell;
    const row = escapeXml(rowLabels[i] ?? `${i}`);
    const column = escapeXml(columnLabels[i] ?? `${i}`);
    parts.push(
      `<text x="${left - 6}" y="${top + middle + 4}" font-size="11" text-anchor="end" fill="${muted}">${row}</text>`,
    );
    parts.push(
      `<text transform="translate(${left + middle + 3} ${top - 6}) rotate(-52)" font-size="11" fill="${muted}">${column}</text>`,
    );
  }
  for (let query = 0; query < size; ++query) {
    for (let key = 0; key < size; ++key) {
      const value = values[query * size + key]!;
      const masked = hidden(kind, { query, key }) || value === -Infinity;
      const fill = masked ? 'url(#masked)' : entry(table, index(value));
      parts.push(
        `<rect x="${left + key * cell}" y="${top + query * cell}" width="${cell}" height="${cell}" fill="${fill}"/>`,
      );
    }
  }
  parts.push('</svg>');
  return parts.join('\n');
}

export interface StripsFigure {
  values: Float32Array;
  rows: number;
  columns: number;
  table: ColourTable;
  index: (value: number) => number;
  rowLabels: readonly string[];
  title: string;
  ink: string;
  muted: string;
  paper: string;
}

/** Strips as an SVG file: one rectangle a value. */
export function stripsSvg(figure: StripsFigure): string {
  const { values, rows, columns, table, index, rowLabels, title, ink, muted, paper } = figure;
  const cell = Math.max(1, Math.min(6, 1200 / columns));
  const left = 110;
  const top = 44;
  const pitch = 20;
  const width = left + columns * cell + 20;
  const height = top + rows * pitch + 12;
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="system-ui, sans-serif">`,
    `<title>${escapeXml(title)}</title><rect width="100%" height="100%" fill="${paper}"/>`,
    `<text x="16" y="24" font-size="14" font-weight="600" fill="${ink}">${escapeXml(title)}</text>`,
  ];
  for (let row = 0; row < rows; ++row) {
    const y = top + row * pitch;
    const label = escapeXml(rowLabels[row] ?? `${row}`);
    parts.push(
      `<text x="${left - 6}" y="${y + 12}" font-size="11" text-anchor="end" fill="${muted}">${label}</text>`,
    );
    for (let column = 0; column < columns; ++column) {
      const fill = entry(table, index(values[row * columns + column]!));
      parts.push(`<rect x="${left + column * cell}" y="${y}" width="${cell}" height="16" fill="${fill}"/>`);
    }
  }
  parts.push('</svg>');
  return parts.join('\n');
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
