import { describe, expect, it } from 'vitest';
import { answerRibbons, heldEnd, largestBar, scaleEnd } from '../../../web/src/layout/screen/answers';
import { screenColumns, type Detail } from '../../../web/src/layout/screen/columns';
import { formOf, unitOf } from '../../../web/src/layout/screen/form';
import { fullRun, slotsOf } from '../../../web/src/layout/screen/inner';
import { headerHeight, rowsRoom, screenPlan, tallFrom } from '../../../web/src/layout/screen/plan';
import { centreOf, keysOf, shownIn, windowFrom, windowPin } from '../../../web/src/layout/screen/rows';
import { bandPath, lengthAt, reaches, streamScale, widthOf } from '../../../web/src/layout/screen/stream';
import { headAt, thumbnailPlaces } from '../../../web/src/layout/screen/thumbnails';

describe('unitOf and formOf', () => {
  it.each([
    [1440, 900, 1],
    [1366, 768, 1],
    [1920, 1080, 1.2],
    [2560, 1440, 1.6],
    [3840, 2160, 2.2],
    [960, 540, 1],
  ])('%i x %i: a unit of %f px', (width, height, unit) => {
    expect(unitOf(width, height)).toBeCloseTo(unit, 10);
  });
  it('writes nothing under 15 px at 1920 x 1080, whose least type is 13 units', () => {
    expect(13 * unitOf(1920, 1080)).toBeGreaterThan(15);
  });
  it.each([
    [1440, 900, 'wide'],
    [960, 540, 'wide'],
    [960, 600, 'wide'],
    [910, 512, 'wide'],
    [390, 844, 'column'],
    [768, 1024, 'column'],
    [844, 390, 'column'],
  ])('%i x %i: %s', (width, height, form) => {
    expect(formOf(width, height)).toBe(form);
  });
});

const windows = [
  [1280, 720],
  [1366, 768],
  [1440, 900],
  [1920, 1080],
  [2560, 1440],
  [960, 540],
] as const;
const models = [
  { layers: 8, heads: 8 },
  { layers: 12, heads: 12 },
  { layers: 24, heads: 16 },
  { layers: 1, heads: 1 },
];
const counts = [1, 6, 9, 15, 40, 200];

function planFor(
  [width, height]: readonly [number, number],
  model: (typeof models)[number],
  tokens: number,
  open = 0,
  detail: Detail = 'simple',
) {
  const unit = unitOf(width, height);
  const window = height / unit;
  const under = window - (window < tallFrom ? headerHeight.short : headerHeight.tall);
  const shown = shownIn(rowsRoom({ height: under, window, detail }), tokens);
  const keys = keysOf(undefined, tokens - 1, tokens, shown < tokens).length;
  const first = Math.max(0, tokens - shown);
  const size = { width: width / unit, height: under, window, ...model, open, tokens, first, detail };
  return { plan: screenPlan(size, keys), under };
}

describe('screenColumns', () => {
  it('has the places of the design at 1440 units with block 4 of 8 open', () => {
    const columns = screenColumns(1440, 8, 4);
    expect(columns.embedding).toEqual({ x: 162, width: 76 });
    expect(columns.open).toEqual({ x: 404, width: 560 });
    expect(columns.card).toEqual({ x: 440, width: 382 });
    expect(columns.plus).toEqual([858, 956]);
    expect(columns.final).toBe(1086);
    expect(columns.closed.map(({ first, x }) => [first, x])).toEqual([
      [0, 264],
      [1, 299],
      [2, 334],
      [3, 369],
      [5, 974],
      [6, 1009],
      [7, 1044],
    ]);
  });
  it('gives up columns in their order, and never the card', () => {
    expect(screenColumns(1280, 8, 4).closed[0]).toMatchObject({ width: 22, thumbnail: 16 });
    const narrow = screenColumns(960, 8, 4);
    expect(narrow.closed.map(({ first, last }) => [first, last])).toEqual([
      [0, 3],
      [5, 7],
    ]);
    expect(narrow.mlp.neurons).toBe(false);
    expect(narrow.card.width).toBeGreaterThan(220);
  });
  it.each(windows)(
    '%i x %i: every part stands right of the one before, at every open block',
    (width, height) => {
      for (const { layers } of models)
        for (let open = 0; open < layers; open += 1) {
          const columns = screenColumns(width / unitOf(width, height), layers, open);
          const before = columns.closed.filter(({ first }) => first < open);
          const after = columns.closed.filter(({ first }) => first > open);
          const edges = [
            [0, columns.words.right],
            [columns.embedding.x, columns.embedding.x + columns.embedding.width],
            ...before.map(({ x, width: w }) => [x, x + w]),
            [columns.open.x, columns.card.x],
            [columns.card.x, columns.card.x + columns.card.width],
            [columns.plus[0], columns.plus[0]],
            [columns.mlp.x, columns.mlp.x + columns.mlp.width],
            [columns.plus[1], columns.open.x + columns.open.width],
            ...after.map(({ x, width: w }) => [x, x + w]),
            [columns.final, columns.final + 5],
            [columns.answer.names - 60, columns.answer.names],
            [columns.answer.bars, columns.answer.bars + columns.answer.barWidth],
            [columns.answer.right, columns.width],
          ] as [number, number][];
          edges.forEach(([from, to], i) => {
            expect(to, `part ${i} of ${layers} layers, ${open} open`).toBeGreaterThanOrEqual(from);
            if (i > 0)
              expect(from, `part ${i} of ${layers}, ${open} open`).toBeGreaterThanOrEqual(edges[i - 1]![1]);
          });
        }
    },
  );
});

describe('screenPlan', () => {
  it.each(windows)(
    '%i x %i: all on the page, nothing over anything, for every length of text',
    (width, height) => {
      for (const model of models)
        for (const tokens of counts) {
          const { plan, under } = planFor([width, height], model, tokens, Math.floor(model.layers / 2));
          const { rows, card, foot, answer, cell } = plan;
          const said = `${tokens} words, ${model.layers} layers`;
          expect(plan.height, said).toBeLessThanOrEqual(under + 0.01);
          expect(rows.pitch, said).toBeGreaterThanOrEqual(26);
          expect(rows.top, said).toBeGreaterThanOrEqual(card.top + 40);
          expect(rows.top + (rows.last - rows.first) * rows.pitch, said).toBeLessThanOrEqual(
            card.top + card.height,
          );
          expect(card.top + card.height, said).toBeLessThan(foot.top);
          expect(answer.top + answer.rows * answer.pitch, said).toBeLessThan(foot.top - 20);
          expect(plan.columns.matrix.x + plan.columnsShown * cell.width, said).toBeLessThanOrEqual(
            plan.columns.card.x + plan.columns.card.width,
          );
          expect(cell.width, said).toBeGreaterThan(5);
        }
    },
  );
  it('keeps nine rows at 44 at 1280 x 720 and at 30 at 960 x 540', () => {
    expect(planFor([1280, 720], models[0]!, 9).plan.rows.pitch).toBeCloseTo(50, 0);
    expect(planFor([960, 540], models[0]!, 9).plan.rows.pitch).toBeCloseTo(30, 0);
  });
  it('draws 15 rows and 10 keys of a long text', () => {
    const { plan } = planFor([1440, 900], models[0]!, 200);
    expect([plan.rows.first, plan.rows.last, plan.columnsShown]).toEqual([185, 200, 10]);
  });
  it('stands one word in the middle of its room', () => {
    const { plan } = planFor([1440, 900], models[0]!, 1);
    expect(plan.rows.pitch).toBe(64);
    expect(centreOf(plan.rows, 0)).toBeCloseTo(208 + 198, 5);
  });
});

describe('the window of rows', () => {
  it.each([
    [Infinity, 15, 48, 47, 33],
    [33, 15, 48, 40, 33],
    [33, 15, 48, 20, 20],
    [20, 15, 48, 36, 22],
    [5, 9, 9, 3, 0],
  ])('from %d, %d of %d, lit %d: begins at %d', (before, shown, total, lit, first) => {
    expect(windowFrom(before, shown, total, lit)).toBe(first);
  });
  it('shows the keys looked at most, in the order of the text', () => {
    expect(keysOf([0.1, 0.4, 0.05, 0.3, 0.15], 4, 40, true, 3)).toEqual([1, 3, 4]);
    expect(keysOf(undefined, 2, 4, false)).toEqual([0, 1, 2, 3]);
  });
});

describe('the stream', () => {
  it('is as wide as its vector is long, on a scale that holds nine tenths', () => {
    expect(streamScale([[1.2, 45, 60, 107]])).toBe(60);
    expect(streamScale([[20, 100, 110, 107]])).toBe(120);
    expect(widthOf(60, 120)).toBe(4.5);
    expect(widthOf(0, 120)).toBe(1);
    expect(widthOf(3000, 120)).toBe(12);
  });
  it('changes in the middle of each closed block and at both pluses', () => {
    const columns = screenColumns(1440, 8, 4);
    const lengths = [0, 1, 2, 3, 4, 5, 6, 7, 8].map((n) => n * 13 + 14);
    const list = reaches({ columns }, 4, lengths, 70, 120);
    expect(list.map(({ x }) => x)).toEqual([260, 279, 314, 349, 384, 858, 956, 989, 1024, 1059]);
    expect(list.map(({ width }) => width)).toEqual(
      [14, 27, 40, 53, 66, 70, 79, 92, 105, 118].map((length) => widthOf(length, 120)),
    );
  });
  it('closes its outline', () => {
    const path = bandPath(
      [
        { x: 0, width: 2 },
        { x: 50, width: 6 },
      ],
      10,
      100,
    );
    expect(path).toBe('M0 9H45C50 9 50 7 55 7H100V13H55C50 13 50 11 45 11H0Z');
  });
});

describe('thumbnails', () => {
  it('are one a head: in the columns of closed blocks and on the tabs of the open one', () => {
    const { plan } = planFor([1440, 900], models[0]!, 9, 4);
    const places = thumbnailPlaces(plan, 8, 4);
    expect(places).toHaveLength(64);
    expect(places.filter(({ tab }) => tab).map(({ layer }) => layer)).toEqual(Array(8).fill(4));
    for (const { layer, head, y, size } of places.filter(({ tab }) => !tab)) {
      expect(headAt(plan, 8, y + size / 2)).toBe(head);
      expect(layer).not.toBe(4);
    }
  });
});

describe('the answer', () => {
  it.each([
    [0.07, 0.1],
    [0.1, 0.1],
    [0.165, 0.25],
    [0.5, 0.5],
    [0.9, 1],
  ])('a bar of %f is measured to %f', (largest, end) => {
    expect(scaleEnd(largest)).toBe(end);
  });
  it('keeps its scale under the sliders unless a bar outgrows it', () => {
    expect(heldEnd(null, 0.2)).toBe(0.25);
    expect(heldEnd(0.25, 0.6)).toBe(1);
    expect(heldEnd(1, 0.05)).toBe(1);
  });
  it('measures by the longer of both bars', () => {
    expect(
      largestBar([
        { scaled: 0.2, probability: 0.3 },
        { scaled: 0.1, probability: 0 },
      ]),
    ).toBe(0.3);
  });
  it('lays ribbons side by side about their start', () => {
    expect(answerRibbons([0.5, 0.25, 0.25])).toEqual([
      { from: -4, width: 8 },
      { from: 2, width: 4 },
      { from: 6, width: 4 },
    ]);
  });
});

describe('Full', () => {
  const ends = ({ x, width }: { x: number; width: number }) => [x, x + width] as [number, number];

  it.each(windows)(
    '%i x %i: every part stands where the pass has it, for every open block',
    (width, height) => {
      for (const model of models)
        for (let open = 0; open < model.layers; open += 1) {
          const { columns } = planFor([width, height], model, 9, open, 'full').plan;
          const { inner, closed, answer } = columns;
          const edges = [
            [0, columns.words.right],
            ends(columns.embedding),
            ...closed.filter(({ first }) => first < open).map(ends),
            [columns.open.x, columns.open.x],
            ends(inner!.norm1),
            ends(inner!.qkv),
            ends(columns.card),
            ends(inner!.z),
            ends(inner!.output),
            ends(inner!.out),
            [columns.plus[0], columns.plus[0]],
            ends(inner!.norm2),
            ends(columns.mlp),
            [columns.plus[1], columns.open.x + columns.open.width],
            ...closed.filter(({ first }) => first > open).map(ends),
            [columns.final, columns.final + 5],
            [answer.names - 60, answer.names],
            [answer.logits! - 36, answer.logits!],
            [answer.bars, answer.bars + answer.barWidth],
            [answer.right - (answer.chances ? 104 : 50), answer.right],
          ] as [number, number][];
          edges.forEach(([from, to], i) => {
            const said = `part ${i} of ${model.layers} layers, ${open} open`;
            expect(to, said).toBeGreaterThanOrEqual(from);
            if (i > 0) expect(from, said).toBeGreaterThanOrEqual(edges[i - 1]![1]);
          });
          expect(columns.card.width, `${model.layers} layers, ${open} open`).toBeGreaterThan(120);
        }
    },
  );

  it.each(windows)('%i x %i: rows, frame and panels one under the other', (width, height) => {
    for (const tokens of counts) {
      const { plan, under } = planFor([width, height], models[0]!, tokens, 4, 'full');
      const { rows, card, frame, answer, foot } = plan;
      const said = `${tokens} words`;
      expect(rows.pitch, said).toBeGreaterThanOrEqual(26);
      expect(rows.top + (rows.last - rows.first) * rows.pitch, said).toBeLessThanOrEqual(
        card.top + card.height,
      );
      expect(card.top + card.height, said).toBeLessThan(frame.top + frame.height);
      expect(frame.top + frame.height + 22, said).toBeLessThanOrEqual(foot.top);
      expect(answer.rows, said).toBeGreaterThanOrEqual(6);
      expect(answer.top + answer.rows * answer.pitch, said).toBeLessThan(foot.top);
      if (height >= 720) expect(plan.height, said).toBeLessThanOrEqual(under + 0.01);
      expect(foot.height, said).toBeGreaterThanOrEqual(216);
    }
  });

  it('stacks the strips of a row inside it, none over another', () => {
    for (const pitch of [26, 32, 44, 64])
      for (const count of [1, 2, 3]) {
        const { tops, height } = slotsOf(pitch, count);
        expect(tops).toHaveLength(count);
        tops.forEach((top, i) => i > 0 && expect(top).toBeGreaterThan(tops[i - 1]! + height));
        expect(tops[0]!).toBeGreaterThanOrEqual(-pitch / 2);
        expect(tops.at(-1)! + height).toBeLessThanOrEqual(pitch / 2);
      }
  });

  it('draws the way through W_O from the card to the plus, and nothing of it in Simple', () => {
    const { plan } = planFor([1440, 900], models[0]!, 9, 4, 'full');
    const run = fullRun(plan, 8)!;
    const row = run.row(8);
    const startOf = (d: string) => Number(/^M([\d.]+)/.exec(d)![1]);
    const { inner, card, plus } = plan.columns;
    expect(startOf(row.weighted)).toBe(card.x + card.width + 7 * plan.stack);
    expect(startOf(row.own)).toBe(inner!.z.x + inner!.z.width);
    expect(startOf(row.added)).toBe(inner!.out.x + inner!.out.width);
    expect(row.added).toContain(` ${plus[0]} `);
    expect(run.bars.map(({ attention }) => attention)).toEqual([false, true, false]);
    expect(fullRun(planFor([1440, 900], models[0]!, 9, 4).plan, 8)).toBeNull();
  });
});

describe('windowPin', () => {
  it.each([
    [0, 0, 0],
    [3, 3, 3],
    [30, 39, 30],
    [190, 199, 190],
    [300, 199, 190],
  ])('for a window from row %i lights word %i, and it begins at %i', (first, lit, begin) => {
    const rows = { first: 20, last: 30, total: 200 };
    expect(windowPin(rows, first)).toBe(lit);
    expect(windowFrom(rows.first, 10, 200, lit)).toBe(begin);
  });
});

describe('lengthAt', () => {
  it('tells the vector’s length where the band has its width: before, in and after the open block', () => {
    const { plan } = planFor([1440, 900], models[0]!, 9, 4);
    const lengths = [1, 10, 20, 30, 40, 50, 60, 70, 80];
    const at = (x: number) => lengthAt(plan, 4, lengths, 45, x);
    const { blocks, closed, card, plus, final } = plan.columns;
    expect(at(blocks)).toBe(1);
    expect(at(closed[3]!.x + closed[3]!.width)).toBe(40);
    expect(at(card.x)).toBe(40);
    expect(at(plus[0] + 1)).toBe(45);
    expect(at(plus[1] + 1)).toBe(50);
    expect(at(final)).toBe(80);
    expect(reaches(plan, 4, lengths, 45, 120).map(({ width }) => width)).toEqual(
      [1, 10, 20, 30, 40, 45, 50, 60, 70, 80].map((length) => widthOf(length, 120)),
    );
  });
});

it('gives nothing a width below zero on a page that is about to have the other form', () => {
  for (const detail of ['simple', 'full'] as const) {
    const { card, open, matrix } = screenColumns(390, 8, 4, detail);
    for (const { width } of [card, open, matrix]) expect(width).toBeGreaterThan(0);
  }
});
