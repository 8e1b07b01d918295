/**
 * What is on screen as an SVG file that stands alone: boxes, text, charts and painted strips where the browser laid
 * them, in the colours and sizes of the theme on screen. One way for every figure of the page.
 */
import { escapeXml } from './export';
import { leftOut, sticks } from '../charts/left-out';
import { frameOf, gradientOf, inkOf, linesOf, type Ink } from '../charts/paint';
import { short, vectorOf } from '../charts/vector';

export interface About {
  title: string;
  /** What the figure was made from: text, model, layer and head. */
  description: string;
}

interface Sheet {
  /** Top left corner of what is drawn, in the window. */
  x: number;
  y: number;
  parts: string[];
  /** Definitions so far, for their numbers. */
  defined: number;
  font: string;
}

const margin = 16;
const heading = 44;

export function snapshot(root: HTMLElement, about: About): string {
  // Nothing is painted before they are back.
  const changed = [
    ...styled(root, leftOut, 'display', 'none'),
    ...styled(root, sticks, 'position', 'static'),
  ];
  try {
    return sheetOf(root, about);
  } finally {
    for (const back of changed) back();
  }
}

/** Gives all parts with that mark a style; calling what comes back takes it from them. */
function styled(root: HTMLElement, mark: string, property: 'display' | 'position', value: string) {
  return Array.from(within(root, mark), ({ style }) => {
    const before = style[property];
    style[property] = value;
    return () => (style[property] = before);
  });
}

function* within(root: Element, name: string): Generator<HTMLElement> {
  for (const child of root.children) {
    if (child instanceof HTMLElement && child.classList.contains(name)) yield child;
    else yield* within(child, name);
  }
}

function sheetOf(root: HTMLElement, { title, description }: About): string {
  const box = root.getBoundingClientRect();
  const style = getComputedStyle(root);
  const named = (name: string) => inkOf(style.getPropertyValue(name).trim());
  const sheet: Sheet = {
    x: box.left - margin,
    y: box.top - heading - margin,
    parts: [],
    defined: 0,
    font: style.fontFamily,
  };
  draw(root, sheet);
  const heads = [
    { text: title, size: 15, weight: 650, y: margin + 12, ink: inkOf(style.color) },
    {
      text: description,
      size: 11.5,
      weight: 400,
      y: margin + 31,
      ink: named('--muted'),
    },
  ].map((line) => ({ ...line, length: lengthOf(line.text, `${line.weight} ${line.size}px ${sheet.font}`) }));
  const width = Math.ceil(Math.max(box.width, ...heads.map(({ length }) => length)) + 2 * margin);
  const height = Math.ceil(box.height + heading + 2 * margin);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="${escapeXml(families(sheet.font))}">`,
    `<title>${escapeXml(title)}</title><desc>${escapeXml(description)}</desc>`,
    `<rect width="100%" height="100%" fill="${named('--page').colour}"/>`,
    ...heads.map(
      ({ text, size, weight, y, ink, length }) =>
        `<text x="${margin}" y="${y}" font-size="${size}" font-weight="${weight}" textLength="${short(length)}" lengthAdjust="spacingAndGlyphs" ${fill(ink)}>${escapeXml(text)}</text>`,
    ),
    ...sheet.parts,
    '</svg>',
  ].join('\n');
}

let ruler: CanvasRenderingContext2D | null | undefined;

/** How long a line is in a font, CSS px. */
function lengthOf(text: string, font: string): number {
  ruler ??= document.createElement('canvas').getContext('2d');
  if (!ruler) return text.length * 8;
  ruler.font = font;
  return ruler.measureText(text).width;
}

/** Family names without the quotes that would end the attribute, and always one that any program has. */
const families = (font: string) =>
  /sans-serif|monospace/.test(font) ? font.replaceAll('"', "'") : `${font}, sans-serif`;

function draw(element: Element, sheet: Sheet): void {
  if (element.classList.contains(leftOut) || /^(math|script|style|input|select)$/i.test(element.tagName))
    return;
  const style = getComputedStyle(element);
  if (style.display === 'none' || style.visibility === 'hidden' || Number(style.opacity) === 0) return;
  const turned =
    style.transform !== 'none' && element instanceof HTMLElement ? turn(element, style, sheet) : null;
  const faded = Number(style.opacity) < 1;
  if (faded) sheet.parts.push(`<g opacity="${style.opacity}">`);
  if (turned) sheet.parts.push(`<g transform="${turned.transform}">`);
  if (element instanceof SVGSVGElement) chart(element, sheet);
  else if (element instanceof HTMLCanvasElement) canvas(element, sheet);
  else if (element instanceof HTMLElement) boxed(element, style, sheet);
  if (turned) {
    sheet.parts.push('</g>');
    turned.undo();
  }
  if (faded) sheet.parts.push('</g>');
}

/** Measures an element as if it were not turned, and says how it is: the browser tells boxes only as they come to lie. */
function turn(element: HTMLElement, style: CSSStyleDeclaration, sheet: Sheet) {
  const { transform, transformOrigin } = style;
  const before = element.style.transform;
  element.style.transform = 'none';
  const box = element.getBoundingClientRect();
  const [ox = 0, oy = 0] = transformOrigin.split(' ').map(parseFloat);
  const at = { x: box.left - sheet.x + ox, y: box.top - sheet.y + oy };
  const matrix = (/^matrix\(([^)]*)\)/.exec(transform)?.[1] ?? '1, 0, 0, 1, 0, 0').replaceAll(', ', ' ');
  return {
    transform: `translate(${short(at.x)} ${short(at.y)}) matrix(${matrix}) translate(${short(-at.x)} ${short(-at.y)})`,
    undo: () => (element.style.transform = before),
  };
}

const fill = ({ colour, opacity }: Ink, name = 'fill') =>
  `${name}="${colour}"${opacity < 1 ? ` ${name}-opacity="${short(opacity)}"` : ''}`;

function rectangle(box: DOMRect, sheet: Sheet, attributes: string, grow = 0, radius = 0): void {
  if (box.width <= 0 || box.height <= 0) return;
  const round = radius > 0 ? ` rx="${short(Math.min(radius, box.width / 2, box.height / 2))}"` : '';
  sheet.parts.push(
    `<rect x="${short(box.left - sheet.x - grow)}" y="${short(box.top - sheet.y - grow)}" width="${short(box.width + 2 * grow)}" height="${short(box.height + 2 * grow)}"${round} ${attributes}/>`,
  );
}

function boxed(element: HTMLElement, style: CSSStyleDeclaration, sheet: Sheet): void {
  const box = element.getBoundingClientRect();
  paintBox(box, style, sheet);
  const clips = style.overflowX !== 'visible' || style.overflowY !== 'visible';
  if (clips) {
    const id = `clip${++sheet.defined}`;
    sheet.parts.push(`<clipPath id="${id}">`);
    rectangle(box, sheet, '');
    sheet.parts.push(`</clipPath><g clip-path="url(#${id})">`);
  }
  for (const child of element.childNodes) {
    if (child instanceof Element) draw(child, sheet);
    else if (child instanceof Text) text(child, style, sheet);
  }
  if (clips) sheet.parts.push('</g>');
}

function paintBox(box: DOMRect, style: CSSStyleDeclaration, sheet: Sheet): void {
  const radius = parseFloat(style.borderTopLeftRadius) || 0;
  const background = inkOf(style.backgroundColor);
  if (background.colour !== 'none') rectangle(box, sheet, fill(background), 0, radius);
  const ramp = gradientOf(style.backgroundImage);
  if (ramp && ramp.colours.length > 0)
    rectangle(box, sheet, `fill="url(#${gradient(ramp, sheet)})"`, 0, radius);
  const sides = (['Top', 'Right', 'Bottom', 'Left'] as const).map((side) => ({
    side,
    width: style[`border${side}Style`] === 'none' ? 0 : parseFloat(style[`border${side}Width`]) || 0,
    ink: inkOf(style[`border${side}Color`]),
  }));
  const [top] = sides;
  if (top && top.width > 0 && sides.every(({ width }) => width === top.width)) {
    const line = `fill="none" ${fill(top.ink, 'stroke')} stroke-width="${top.width}"`;
    rectangle(box, sheet, line, -top.width / 2, radius);
  } else {
    for (const { side, width, ink } of sides) {
      if (width === 0) continue;
      const across = side === 'Top' || side === 'Bottom';
      const line = new DOMRect(
        side === 'Right' ? box.right - width : box.left,
        side === 'Bottom' ? box.bottom - width : box.top,
        across ? box.width : width,
        across ? width : box.height,
      );
      rectangle(line, sheet, fill(ink));
    }
  }
  const frame = frameOf(style.boxShadow);
  if (frame) {
    const line = `fill="none" ${fill(frame.ink, 'stroke')} stroke-width="${frame.width}"`;
    rectangle(box, sheet, line, frame.width / 2, radius);
  }
}

/** Defines a ramp from left to right, or a hatching; returns its id. */
function gradient({ colours, repeats }: { colours: Ink[]; repeats: boolean }, sheet: Sheet): string {
  const id = `paint${++sheet.defined}`;
  const last = colours.at(-1)!;
  sheet.parts.push(
    repeats
      ? hatchPattern(id, last)
      : `<linearGradient id="${id}">${colours
          .map(
            ({ colour, opacity }, i) =>
              `<stop offset="${short(i / Math.max(1, colours.length - 1))}" stop-color="${colour}" stop-opacity="${short(opacity)}"/>`,
          )
          .join('')}</linearGradient>`,
  );
  return id;
}

const hatchPattern = (id: string, ink: Ink) =>
  `<pattern id="${id}" width="5" height="5" patternUnits="userSpaceOnUse"><path d="M0 5L5 0" ${fill(ink, 'stroke')} stroke-width="0.6"/></pattern>`;

function canvas(element: HTMLCanvasElement, sheet: Sheet): void {
  const box = element.getBoundingClientRect();
  const at = `translate(${short(box.left - sheet.x)} ${short(box.top - sheet.y)})`;
  sheet.parts.push(`<g transform="${at}">${vectorOf(element, box.width, box.height)}</g>`);
}

function text(node: Text, style: CSSStyleDeclaration, sheet: Sheet): void {
  const content = node.data;
  if (content.trim() === '') return;
  const range = document.createRange();
  const words = Array.from(content.matchAll(/\S+/g), ({ 0: word, index }) => {
    range.setStart(node, index);
    range.setEnd(node, index + word.length);
    const box = range.getBoundingClientRect();
    return { begin: index, end: index + word.length, top: box.top, left: box.left, right: box.right };
  }).filter(({ left, right }) => right > left);
  range.selectNodeContents(node);
  const height = range.getClientRects()[0]?.height ?? 0;
  const family =
    style.fontFamily === sheet.font ? '' : ` font-family="${escapeXml(families(style.fontFamily))}"`;
  const italic = style.fontStyle === 'italic' ? ' font-style="italic"' : '';
  for (const line of linesOf(content, words)) {
    // The measured width holds wherever the file is opened, also without the page's fonts.
    sheet.parts.push(
      `<text x="${short(line.left - sheet.x)}" y="${short(line.top - sheet.y + height * ascent)}" textLength="${short(line.right - line.left)}" lengthAdjust="spacingAndGlyphs" font-size="${short(parseFloat(style.fontSize))}" font-weight="${style.fontWeight}"${family}${italic} ${fill(inkOf(style.color))}>${escapeXml(line.text)}</text>`,
    );
  }
}

/** Part of a line's content box above the base line, as in the page's sans-serif faces. */
const ascent = 0.79;

/** Groups pass on what they say: marks say it themselves, and whole. */
const containers = /^(svg|g|defs|clippath|pattern|lineargradient|mask|symbol|title|desc)$/i;
const plain: [property: string, unsaid: string][] = [
  ['stroke-width', '1px'],
  ['stroke-dasharray', 'none'],
  ['stroke-linecap', 'butt'],
  ['stroke-linejoin', 'miter'],
  ['paint-order', 'normal'],
];
const letters = ['font-size', 'font-weight', 'text-anchor'];

function chart(svg: SVGSVGElement, sheet: Sheet): void {
  const box = svg.getBoundingClientRect();
  sheet.parts.push(`<g transform="translate(${short(box.left - sheet.x)} ${short(box.top - sheet.y)})">`);
  for (const child of svg.children) sheet.parts.push(mark(child));
  sheet.parts.push('</g>');
}

function mark(element: Element): string {
  const tag = element.tagName;
  const style = getComputedStyle(element);
  if (style.display === 'none' || element.classList.contains(leftOut)) return '';
  const said = Array.from(element.attributes).filter(
    ({ name }) =>
      !/^(class|style|role|tabindex|(fill|stroke)(-opacity)?|opacity|on.*|aria-.*|data-.*)$/.test(name) &&
      !letters.includes(name) &&
      !plain.some(([property]) => property === name),
  );
  const attributes = said.map(({ name, value }) => `${name}="${escapeXml(value)}"`);
  if (Number(style.opacity) < 1) attributes.push(`opacity="${style.opacity}"`);
  if (tag === 'stop') {
    attributes.push(
      fill(inkOf(style.getPropertyValue('stop-color')), 'stop').replace('stop=', 'stop-color='),
    );
  } else if (!containers.test(tag)) attributes.push(...inks(style));
  if (/^(text|tspan)$/i.test(tag))
    attributes.push(...letters.map((name) => `${name}="${style.getPropertyValue(name).replace('px', '')}"`));
  const inner = Array.from(element.childNodes, (child) =>
    child instanceof Element ? mark(child) : child instanceof Text ? escapeXml(child.data.trim()) : '',
  ).join('');
  return `<${[tag, ...attributes].join(' ')}>${inner}</${tag}>`;
}

function inks(style: CSSStyleDeclaration): string[] {
  const found = (['fill', 'stroke'] as const).map((name) => {
    const value = style.getPropertyValue(name);
    if (value.startsWith('url(')) return `${name}="${value.replaceAll('"', '')}"`;
    const ink = inkOf(value);
    const opacity = ink.opacity * Number(style.getPropertyValue(`${name}-opacity`) || 1);
    return fill({ ...ink, opacity }, name);
  });
  for (const [property, unsaid] of plain) {
    const value = style.getPropertyValue(property);
    if (value && value !== unsaid) found.push(`${property}="${value.replaceAll('px', '')}"`);
  }
  return found;
}
