/**
 * GPT-2's forward pass in plain loops over 64-bit floats, from the paper and nothing of ours: what answers are
 * measured by. Reads an F32 model.safetensors without a prefix; the unembedding is tied to the token table.
 */

/** name -> {shape, data} of a whole F32 file. */
export function readTensors(file) {
  const length = Number(file.readBigUInt64LE(0));
  const header = JSON.parse(file.subarray(8, 8 + length).toString());
  delete header.__metadata__;
  const begin = file.byteOffset + 8 + length;
  return Object.fromEntries(
    Object.entries(header).map(
      ([
        name,
        {
          shape,
          data_offsets: [from, to],
        },
      ]) => {
        const data = new Float32Array(file.buffer.slice(begin + from, begin + to));
        return [name, { shape, data }];
      },
    ),
  );
}

/** rows [T, K] times weight [K, N] plus bias [N]; all flat. */
function linear(rows, { shape: [inputs, outputs], data: weight }, { data: bias }) {
  const tokens = rows.length / inputs;
  const out = new Float64Array(tokens * outputs);
  for (let token = 0; token < tokens; token++) {
    const row = out.subarray(token * outputs, (token + 1) * outputs);
    row.set(bias);
    for (let input = 0; input < inputs; input++) {
      const value = rows[token * inputs + input];
      const from = input * outputs;
      for (let output = 0; output < outputs; output++) row[output] += value * weight[from + output];
    }
  }
  return out;
}

function layerNorm(rows, { data: gain }, { data: bias }, epsilon) {
  const width = gain.length;
  const out = new Float64Array(rows.length);
  for (let at = 0; at < rows.length; at += width) {
    const row = rows.subarray(at, at + width);
    const mean = row.reduce((sum, value) => sum + value, 0) / width;
    const variance = row.reduce((sum, value) => sum + (value - mean) ** 2, 0) / width;
    for (let i = 0; i < width; i++)
      out[at + i] = ((row[i] - mean) / Math.sqrt(variance + epsilon)) * gain[i] + bias[i];
  }
  return out;
}

const gelu = (x) => 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)));

/** Causal attention of all heads over [T, 3C]; `lastRows` takes each head's pattern at the last position. */
function attention(joined, heads, width, lastRows) {
  const tokens = joined.length / (3 * width);
  const size = width / heads;
  const out = new Float64Array(tokens * width);
  const at = (token, part, head) => token * 3 * width + part * width + head * size;
  for (let head = 0; head < heads; head++) {
    for (let query = 0; query < tokens; query++) {
      const scores = Array.from({ length: query + 1 }, (_, key) => {
        let dot = 0;
        for (let i = 0; i < size; i++) dot += joined[at(query, 0, head) + i] * joined[at(key, 1, head) + i];
        return dot / Math.sqrt(size);
      });
      const most = Math.max(...scores);
      const powers = scores.map((score) => Math.exp(score - most));
      const sum = powers.reduce((total, power) => total + power, 0);
      const pattern = powers.map((power) => power / sum);
      for (const [key, share] of pattern.entries())
        for (let i = 0; i < size; i++)
          out[query * width + head * size + i] += share * joined[at(key, 2, head) + i];
      if (query === tokens - 1) lastRows.push(pattern);
    }
  }
  return out;
}

/** Logits [V] of the last position, and every head's pattern there: `patterns[layer][head]`. */
export function answerOf(tensors, config, ids) {
  const { n_layer: layers, n_head: heads, n_embd: width, layer_norm_epsilon: epsilon } = config;
  const [wte, wpe] = [tensors['wte.weight'].data, tensors['wpe.weight'].data];
  const residual = Float64Array.from({ length: ids.length * width }, (_, index) => {
    const [position, channel] = [Math.floor(index / width), index % width];
    return wte[ids[position] * width + channel] + wpe[position * width + channel];
  });
  const add = (more) => more.forEach((value, index) => (residual[index] += value));
  const patterns = [];
  for (let layer = 0; layer < layers; layer++) {
    const part = (name) => tensors[`h.${layer}.${name}`];
    const norm = (name) => layerNorm(residual, part(`${name}.weight`), part(`${name}.bias`), epsilon);
    const apply = (name, rows) => linear(rows, part(`${name}.weight`), part(`${name}.bias`));
    patterns.push([]);
    const mixed = attention(apply('attn.c_attn', norm('ln_1')), heads, width, patterns[layer]);
    add(apply('attn.c_proj', mixed));
    add(apply('mlp.c_proj', apply('mlp.c_fc', norm('ln_2')).map(gelu)));
  }
  const last = residual.subarray((ids.length - 1) * width);
  const final = layerNorm(last, tensors['ln_f.weight'], tensors['ln_f.bias'], epsilon);
  const logits = Float64Array.from({ length: config.vocab_size }, (_, id) => {
    let dot = 0;
    for (let i = 0; i < width; i++) dot += final[i] * wte[id * width + i];
    return dot;
  });
  return { logits, patterns };
}

/**
 * A reference of the form of web/src/models/gpt2-small.json with the prompts, ids and heads of `published` and the
 * answers of this model.
 */
export function referenceOf(published, tensors, config, top = 20) {
  const cases = published.cases.map(({ prompt, ids, attention: heads }) => {
    const { logits, patterns } = answerOf(tensors, config, ids);
    const order = Array.from(logits, (logit, id) => [id, logit]).sort((a, b) => b[1] - a[1]);
    const rows = Object.keys(heads).map((name) => {
      const [, layer, head] = /^L(\d+)H(\d+)$/.exec(name);
      return [name, patterns[Number(layer)][Number(head)]];
    });
    return { prompt, ids, top: order.slice(0, top), attention: Object.fromEntries(rows) };
  });
  return { ...published, cases };
}
