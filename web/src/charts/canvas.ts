/** Painting numbers as pixels: one pixel a number, scaled up without smoothing, sharp at any device pixel ratio. */
import { shareIndex, signedIndex, type ColourTable } from './colour';

/** Makes the canvas `width` x `height` CSS px large, cleared, with a context that draws in CSS px. */
export function prepare(canvas: HTMLCanvasElement, width: number, height: number, ratio: number) {
  const context = canvas.getContext('2d');
  if (!context) return null;
  const deviceWidth = Math.max(1, Math.round(width * ratio));
  const deviceHeight = Math.max(1, Math.round(height * ratio));
  // Setting a size clears and reallocates; an unchanged one is only cleared.
  const same = canvas.width === deviceWidth && canvas.height === deviceHeight;
  if (canvas.width !== deviceWidth) canvas.width = deviceWidth;
  if (canvas.height !== deviceHeight) canvas.height = deviceHeight;
  if (same) {
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, deviceWidth, deviceHeight);
  }
  context.setTransform(deviceWidth / Math.max(width, 1), 0, 0, deviceHeight / Math.max(height, 1), 0, 0);
  context.imageSmoothingEnabled = false;
  return context;
}

/**
 * Makes the canvas `width` x `height` CSS px large and puts the device pixels on it that `make` lays out for its size:
 * all of them at once, so that nothing need be cleared before.
 */
export function putPixels(
  canvas: HTMLCanvasElement,
  width: number,
  height: number,
  ratio: number,
  make: (size: { width: number; height: number }) => Uint8ClampedArray<ArrayBuffer>,
) {
  const context = canvas.getContext('2d');
  if (!context) return null;
  const size = {
    width: Math.max(1, Math.round(width * ratio)),
    height: Math.max(1, Math.round(height * ratio)),
  };
  if (canvas.width !== size.width) canvas.width = size.width;
  if (canvas.height !== size.height) canvas.height = size.height;
  context.putImageData(new ImageData(make(size), size.width, size.height), 0, 0);
  return context;
}

let scratchCanvas: HTMLCanvasElement | undefined;

/** Puts pixels on a canvas that only this module sees, to be drawn from at once. */
export function scratch(pixels: ImageData): HTMLCanvasElement {
  const canvas = (scratchCanvas ??= document.createElement('canvas'));
  if (canvas.width < pixels.width) canvas.width = pixels.width;
  if (canvas.height < pixels.height) canvas.height = pixels.height;
  canvas.getContext('2d')?.putImageData(pixels, 0, 0);
  return canvas;
}

/**
 * [rows, columns] -> [rows, width] with width <= columns: each output takes the input of its bucket that is largest in
 * size, sign kept, so that no outlier disappears when a strip is narrower than its vector. Same array when it fits.
 */
export function squeezeColumns(
  values: Float32Array,
  rows: number,
  columns: number,
  width: number,
): { values: Float32Array; columns: number } {
  if (width >= columns || width < 1) return { values, columns };
  const squeezed = new Float32Array(rows * width);
  for (let row = 0; row < rows; ++row) {
    for (let x = 0; x < width; ++x) {
      const begin = Math.floor((x * columns) / width);
      const end = Math.max(begin + 1, Math.floor(((x + 1) * columns) / width));
      let extreme = values[row * columns + begin]!;
      for (let column = begin + 1; column < end; ++column) {
        const value = values[row * columns + column]!;
        if (Math.abs(value) > Math.abs(extreme)) extreme = value;
      }
      squeezed[row * width + x] = extreme;
    }
  }
  return { values: squeezed, columns: width };
}

/**
 * Rows of [rows, columns] that are seen where they lie `pitch` < 1 pixels apart: of those on the same pixel the last,
 * which lies over the others. One row a pixel; same array when all are seen.
 */
export function rowsOnTop(
  values: Float32Array,
  rows: number,
  columns: number,
  pitch: number,
): { values: Float32Array; rows: number } {
  if (pitch >= 1 || rows === 0) return { values, rows };
  const count = Math.round((rows - 1) * pitch) + 1;
  const seen = new Float32Array(count * columns);
  for (let row = 0; row < rows; ++row) {
    const at = Math.round(row * pitch);
    if (row + 1 < rows && Math.round((row + 1) * pitch) === at) continue;
    seen.set(values.subarray(row * columns, (row + 1) * columns), at * columns);
  }
  return { values: seen, rows: count };
}

/** Where strips are laid out before they go to their canvas; kept, since every keystroke paints dozens. */
let laid = new Uint32Array(0);

/**
 * RGBA of `width` x `height` device pixels with a strip a row: row r of `colours` [rows, columns] fills `thickness`
 * pixel rows from r * pitch on; what lies between stays clear. Good until the next call.
 */
export function stripPixels(
  colours: Uint32Array,
  { rows, columns }: { rows: number; columns: number },
  { width, height, pitch, thickness }: { width: number; height: number; pitch: number; thickness: number },
): Uint8ClampedArray<ArrayBuffer> {
  const size = width * height;
  if (laid.length < size) laid = new Uint32Array(size);
  laid.fill(0, 0, size);
  for (let row = 0; row < rows; ++row) {
    const top = Math.round(row * pitch);
    const bottom = Math.min(height, Math.max(top + 1, Math.round(row * pitch + thickness)));
    if (top >= bottom) break;
    const line = top * width;
    for (let x = 0; x < width; ++x) {
      laid[line + x] = colours[row * columns + Math.floor(((x + 0.5) * columns) / width)]!;
    }
    for (let y = top + 1; y < bottom; ++y) laid.copyWithin(y * width, line, line + width);
  }
  return new Uint8ClampedArray(laid.buffer, 0, size * 4);
}

/** Square [size, size] -> [side, side], side <= size, the extreme of each bucket; -inf counts only where all is -inf. */
export function squeezeSquare(values: Float32Array, size: number, side: number): Float32Array {
  if (side >= size) return values;
  const squeezed = new Float32Array(side * side).fill(-Infinity);
  for (let row = 0; row < size; ++row) {
    const y = Math.floor((row * side) / size);
    for (let column = 0; column < size; ++column) {
      const value = values[row * size + column]!;
      if (value === -Infinity) continue;
      const at = y * side + Math.floor((column * side) / size);
      const best = squeezed[at]!;
      if (best === -Infinity || Math.abs(value) > Math.abs(best)) squeezed[at] = value;
    }
  }
  return squeezed;
}

/**
 * RGBA of a square of shares or scores. `causal` leaves what a query may not see (key > query) clear, so that the
 * hatching under it shows.
 */
export function squarePixels(
  values: Float32Array,
  size: number,
  table: ColourTable,
  index: (value: number) => number,
  causal: boolean,
  out: Uint8ClampedArray,
): void {
  const from = new Uint32Array(table.buffer);
  const to = new Uint32Array(out.buffer);
  for (let row = 0; row < size; ++row) {
    for (let column = 0; column < size; ++column) {
      const value = values[row * size + column]!;
      const hidden = (causal && column > row) || value === -Infinity;
      to[row * size + column] = hidden ? 0 : from[index(value)]!;
    }
  }
}

export const shareWith = (sqrt: boolean) => (value: number) => shareIndex(value, sqrt);
export const signedWith = (domain: number) => (value: number) => signedIndex(value, domain);

/** Fills a path with thin diagonals: what is masked is crossed out, never only pale. */
export function hatch(
  context: CanvasRenderingContext2D,
  region: Path2D,
  box: { width: number; height: number },
  colour: string,
  gap = 5,
): void {
  context.save();
  context.clip(region);
  context.strokeStyle = colour;
  context.globalAlpha = 0.5;
  context.lineWidth = 1;
  context.beginPath();
  for (let x = -box.height; x < box.width; x += gap) {
    context.moveTo(x, box.height);
    context.lineTo(x + box.height, 0);
  }
  context.stroke();
  context.restore();
}

/** The cells above the diagonal of a size x size matrix with cells of `cell` px: stairs, or one triangle once the steps
 * are too small to be seen (a clip of hundreds of boxes costs tens of milliseconds). */
export function futureStairs(size: number, cell: number): Path2D {
  const path = new Path2D();
  const side = size * cell;
  if (cell < 3) {
    path.moveTo(cell, 0);
    path.lineTo(side, 0);
    path.lineTo(side, side - cell);
    path.closePath();
    return path;
  }
  for (let row = 0; row < size - 1; ++row) {
    path.rect((row + 1) * cell, row * cell, (size - row - 1) * cell, cell);
  }
  return path;
}
