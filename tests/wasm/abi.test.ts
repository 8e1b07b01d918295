/** What the C interface says of a tiny model is right. */
import { beforeAll, describe, expect, test } from 'vitest';
import { tensors } from '../../web/src/protocol/tensor-names.gen';
import { type Abi, type Handle } from '../../web/src/wasm/abi';
import {
  loadBytes,
  refusal,
  runTo,
  seeded,
  tinyConfig,
  tinyEngine,
  tinyFile,
  tinyShape,
  tinyTensors,
} from './engine';

const { layers, heads, width, context, vocabulary } = tinyShape;
const ids = [3, 1, 4, 1, 5];

let abi: Abi;
let model: Handle;
let session: Handle;
let tokenizer: Handle;

beforeAll(async () => {
  ({ abi, model, session, tokenizer } = await tinyEngine(ids));
});

describe('what comes out', () => {
  test('the model says what it is', () => {
    const parameters = tinyTensors().reduce((sum, [, shape]) => sum + shape.reduce((a, b) => a * b, 1), 0);
    expect(abi.modelInfo(model)).toMatchObject({
      ...{ layers, heads, width, context, vocabulary, parameters },
      ...{
        headSize: width / heads,
        inner: 4 * width,
        epsilon: 1e-5,
        activation: 'gelu_new',
        dtype: 'f32',
        tied: true,
        tying: 'plain',
        endTokens: [],
      },
    });
  });

  test('a tensor has the shape its row in the table says', () => {
    const sizes: Record<string, number> = {
      ...{
        tokens: ids.length,
        channels: width,
        heads,
        head_size: width / heads,
        mlp: 4 * width,
        vocabulary,
        one: 1,
      },
    };
    const table = abi.tensorTable();
    expect(table.map(({ help, ...row }) => row)).toEqual(tensors);
    for (const row of table) {
      const { shape, data } = abi.sessionTensor(
        session,
        row.perLayer ? `blocks.${layers - 1}.${row.name}` : row.name,
      );
      expect([row.name, shape]).toEqual([row.name, row.axes.map((axis) => sizes[axis])]);
      expect(data.length).toBe(shape.reduce((a, b) => a * b, 1));
    }
  });

  test('a slice is the same numbers as the whole', () => {
    const whole = abi.sessionTensor(session, 'blocks.1.attn.hook_pattern');
    const slice = abi.sessionTensor(session, 'blocks.1.attn.hook_pattern', 1, 2, 4);
    expect(slice.shape).toEqual([2, 5]);
    expect([...slice.data]).toEqual([...whole.data.slice(25 + 10, 25 + 20)]);
  });

  test('what is returned stays as it is when the memory grows', () => {
    const before = abi.sessionTensor(session, 'logits');
    const copy = Float32Array.from(before.data);
    const heap = abi.heapBytes;
    const large = { ...tinyShape, vocabulary: 800_000 };
    abi.modelFree(loadBytes(abi, tinyConfig(large), tinyFile(large)));
    expect(abi.heapBytes).toBeGreaterThan(heap);
    expect(before.data).toEqual(copy);
  });

  test('weights are the values of the file, turned to one output a row', () => {
    const values = seeded(1);
    const file = new Map<string, number[]>();
    for (const [name, shape] of tinyTensors()) {
      file.set(
        name,
        Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => Math.fround(values())),
      );
    }
    const embedding = abi.modelWeight(model, 'wte.weight', 2, 4);
    expect(embedding.shape).toEqual([2, width]);
    expect([...embedding.data]).toEqual(file.get('wte.weight')!.slice(2 * width, 4 * width));
    // Hugging Face has [inputs, outputs].
    const fc = file.get('h.0.mlp.c_fc.weight')!;
    const output = abi.modelWeight(model, 'h.0.mlp.c_fc.weight', 5, 6);
    expect([...output.data]).toEqual(Array.from({ length: width }, (_, input) => fc[input * 4 * width + 5]));
  });

  test('the nearest token to an embedding is the token itself', () => {
    const { data } = abi.modelWeight(model, 'wte.weight', 7, 8);
    const nearest = abi.modelNearest(model, data, 3);
    expect(nearest.shape).toEqual([3, 2]);
    expect(nearest.data[0]).toBe(7);
    expect(nearest.data[1]).toBeCloseTo(1, 6);
  });

  test('the last residual through the final norm and the unembedding is the logits', () => {
    const last = abi.sessionTensor(session, `blocks.${layers - 1}.hook_resid_post`, -1, 4, 5);
    const logits = abi.sessionTensor(session, 'logits', -1, 4, 5);
    expect(abi.sessionUnembed(session, last.data, true)).toEqual(logits.data);
  });

  test('candidates are the sorted logits, and their probabilities sum to 1 over what is kept', () => {
    const { data: logits } = abi.sessionTensor(session, 'logits', -1, 4, 5);
    abi.sessionRank(session, -1);
    const summary = abi.sessionDistribute(session, 0.8, 10, 0.9);
    const { data } = abi.sessionCandidates(session, 0, vocabulary);
    const column = (index: number) => Array.from({ length: vocabulary }, (_, row) => data[7 * row + index]!);
    expect(column(1)).toEqual([...logits].sort((a, b) => b - a));
    expect(column(0).map((id) => logits[id])).toEqual(column(1));
    expect(column(5).reduce((a, b) => a + b)).toBeCloseTo(1, 6);
    expect(column(6).filter((kept) => kept === 0)).toHaveLength(summary.keptByP);
    expect(column(6).filter((kept) => kept === 1)).toHaveLength(vocabulary - summary.keptByK);
    expect(summary.keptByK).toBe(10);
    column(0).forEach((id, rank) => expect(abi.sessionRankOf(session, id)).toBe(rank));
  });

  test('ranking another position and coming back gives the same candidates', () => {
    const ranked = (position: number) => {
      abi.sessionRank(session, position);
      abi.sessionDistribute(session, 1, 0, 1);
      return abi.sessionCandidates(session, 0, 5).data;
    };
    const last = ranked(-1);
    for (const position of [0, 1, 2, 3, 4, 0]) ranked(position);
    expect(ranked(-1)).toEqual(last);
    expect(ranked(4)).toEqual(last);
    expect(ranked(0)).not.toEqual(last);
  });

  test('surprise agrees with the ranking of each position', () => {
    const { shape, data } = abi.sessionSurprise(session, 0, 5);
    expect(shape).toEqual([5, 7]);
    for (let position = 0; position < 5; position++) {
      const [bestId, bestLogit, bestP, id, logit, p, rank] = data.subarray(7 * position, 7 * position + 7);
      abi.sessionRank(session, position);
      abi.sessionDistribute(session, 1, 0, 1);
      const best = abi.sessionCandidates(session, 0, 1).data;
      expect([best[0], best[1]]).toEqual([bestId, bestLogit]);
      expect(best[3]).toBeCloseTo(bestP!, 6);
      if (position === 4) {
        expect(id).toBe(-1);
        continue;
      }
      expect(id).toBe(ids[position + 1]);
      const actual = abi.sessionCandidates(session, rank!, rank! + 1).data;
      expect([actual[0], actual[1]]).toEqual([id, logit]);
      expect(actual[3]).toBeCloseTo(p!, 6);
    }
  });

  test('a draw falls into the interval of its token, and repeats with its seed', () => {
    abi.sessionRank(session, -1);
    abi.sessionDistribute(session, 1, 0, 1);
    for (let seed = 0; seed < 20; seed++) {
      const drawn = abi.sessionDraw(session, seed, 3);
      expect(drawn.begin).toBeLessThanOrEqual(drawn.u);
      expect(drawn.u).toBeLessThan(drawn.end);
      expect(abi.sessionRankOf(session, drawn.id)).toBe(drawn.rank);
      expect(abi.sessionDraw(session, seed, 3)).toEqual(drawn);
    }
  });

  test('interventions change what they name and nothing before it', () => {
    const clean = abi.sessionTensor(session, 'blocks.1.hook_resid_pre');
    const other = abi.sessionNew(model);
    runTo(abi, other, ids, JSON.stringify({ heads: [{ layer: 1, head: 0, scale: 0 }] }));
    expect(abi.sessionTensor(other, 'blocks.1.hook_resid_pre').data).toEqual(clean.data);
    const z = abi.sessionTensor(other, 'blocks.1.attn.hook_z', 0);
    expect(abi.sessionTensor(other, 'logits').data).not.toEqual(abi.sessionTensor(session, 'logits').data);
    expect([...z.data].every((value) => value === 0)).toBe(true);
    abi.sessionFree(other);
  });

  test('typing on re-uses what did not change', () => {
    const other = abi.sessionNew(model);
    runTo(abi, other, ids);
    expect(runTo(abi, other, [...ids, 9])).toEqual({ tokens: 6, reused: 5, steps: tinyShape.layers });
    const fresh = abi.sessionNew(model);
    runTo(abi, fresh, [...ids, 9]);
    expect(abi.sessionTensor(other, 'logits').data).toEqual(abi.sessionTensor(fresh, 'logits').data);
    abi.sessionFree(other);
    abi.sessionFree(fresh);
  });

  test('a run left half-way gives way to the next', () => {
    const other = abi.sessionNew(model);
    abi.sessionStart(other, [1, 2, 3]);
    expect(abi.sessionAdvance(other)).toBe(true);
    expect(refusal(() => abi.sessionTensor(other, 'logits'))).toMatch(/no finished run/);
    runTo(abi, other, ids);
    expect(abi.sessionTensor(other, 'logits').data).toEqual(abi.sessionTensor(session, 'logits').data);
    abi.sessionFree(other);
  });
});

describe('text', () => {
  test('a lone surrogate reads as the replacement character, and nothing breaks', () => {
    const list = abi.tokenizerNew({ 'vocab.json': JSON.stringify(['a', '\ufffd']) });
    const rows = abi.tokenizerEncode(list, 'a\ud800a');
    expect([rows[0], rows[3], rows[6]]).toEqual([0, 1, 0]);
    abi.tokenizerFree(list);
  });

  test('no text is no tokens', () => {
    expect(abi.tokenizerEncode(tokenizer, '')).toHaveLength(0);
    expect(abi.tokenizerDecode(tokenizer, [])).toHaveLength(0);
  });

  test('the vocabulary comes whole', () => {
    const { offsets, bytes } = abi.tokenizerVocabulary(tokenizer);
    expect(offsets).toHaveLength(vocabulary + 1);
    expect(new TextDecoder().decode(bytes.subarray(offsets[2]!, offsets[3]!))).toBe('c');
    expect(abi.tokenizerInfo(tokenizer)).toEqual({
      ...{ size: vocabulary, endOfText: -1, documentMark: -1 },
    });
  });
});

test('two hundred runs leave the memory as large as it was', () => {
  const random = seeded(7);
  const other = abi.sessionNew(model);
  const once = () => {
    const length = 1 + Math.floor(((random() + 1) / 2) * (context - 1));
    runTo(
      abi,
      other,
      Array.from({ length }, () => Math.floor(((random() + 1) / 2) * (vocabulary - 1))),
    );
    for (const row of abi.tensorTable())
      abi.sessionTensor(other, row.perLayer ? `blocks.0.${row.name}` : row.name);
    abi.sessionThumbnails(other, 8);
    abi.sessionRank(other, -1);
    abi.sessionDistribute(other, 1, 0, 0.9);
    abi.sessionCandidates(other, 0, vocabulary);
    abi.sessionSurprise(other, 0, length);
  };
  for (let run = 0; run < 20; run++) once();
  const heap = abi.heapBytes;
  for (let run = 0; run < 200; run++) once();
  expect(abi.heapBytes).toBe(heap);
  abi.sessionFree(other);
});
