// GPT-2 as an ONNX graph, with a cache of keys and values, for onnxruntime-web: F32, or int8 products in the form that
// its dynamic quantisation makes. https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
import { blob, float, integer, join, nested, string } from './protobuf.mjs';
import { transposed } from './weights.mjs';

const TYPE = { f32: 1, int8: 3, int64: 7 };
const OPSET = 20; // the first with Gelu

const bytesOf = (data) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength);

const tensorProto = (name, type, shape, data) =>
  join([
    ...shape.map((size) => integer(1, size)),
    integer(2, TYPE[type]),
    string(8, name),
    blob(9, bytesOf(data)),
  ]);

const ATTRIBUTE = { float: 1, int: 2, string: 3, ints: 7 };
function attribute(name, value) {
  const typed = (type, ...fields) => join([string(1, name), ...fields, integer(20, ATTRIBUTE[type])]);
  if (typeof value === 'string') return typed('string', string(4, value));
  if (Array.isArray(value)) return typed('ints', ...value.map((item) => integer(8, item)));
  if (typeof value === 'object') return typed('float', float(2, value.float));
  return typed('int', integer(3, value));
}

/** A dimension is a number or a name. */
function valueInfo(name, type, shape) {
  const dimensions = shape.map((size) =>
    nested(1, typeof size === 'number' ? integer(1, size) : string(2, size)),
  );
  const tensorType = join([integer(1, TYPE[type]), nested(2, join(dimensions))]);
  return join([string(1, name), nested(2, nested(1, tensorType))]);
}

/** Collects nodes and initializers; every node has one output unless told otherwise, named after itself. */
class Graph {
  nodes = [];
  initializers = [];
  inputs = [];
  outputs = [];
  #names = 0;

  constant(type, shape, data, name = `c${this.#names++}`) {
    this.initializers.push(nested(5, tensorProto(name, type, shape, data)));
    return name;
  }
  ints = (...values) => this.constant('int64', [values.length], BigInt64Array.from(values, BigInt));

  node(op, inputs, attributes = {}, outputs = [`v${this.#names++}`]) {
    this.nodes.push(
      nested(
        1,
        join([
          ...inputs.map((name) => string(1, name)),
          ...outputs.map((name) => string(2, name)),
          string(4, op),
          ...Object.entries(attributes).map(([name, value]) => nested(5, attribute(name, value))),
        ]),
      ),
    );
    return outputs.length === 1 ? outputs[0] : outputs;
  }

  model() {
    const graph = join([
      ...this.nodes,
      string(2, 'gpt2'),
      ...this.initializers,
      ...this.inputs.map((info) => nested(11, info)),
      ...this.outputs.map((info) => nested(12, info)),
    ]);
    return join([integer(1, 9), string(2, 'vitrine bench'), nested(7, graph), nested(8, integer(2, OPSET))]);
  }
}

/** Symmetric int8, one scale an output: [K,N] -> codes [K,N], scales [N]. */
export function quantiseColumns({ shape: [inputs, outputs], data }) {
  const scales = new Float32Array(outputs);
  for (let k = 0; k < inputs; k++) {
    for (let n = 0; n < outputs; n++) scales[n] = Math.max(scales[n], Math.abs(data[k * outputs + n]));
  }
  for (let n = 0; n < outputs; n++) scales[n] /= 127;
  const codes = new Int8Array(data.length);
  for (let k = 0; k < inputs; k++) {
    for (let n = 0; n < outputs; n++)
      codes[k * outputs + n] = Math.round(data[k * outputs + n] / (scales[n] || 1));
  }
  return { codes, scales };
}

/**
 * The whole model. Inputs: ids [T], positions [T], mask [T, P + T] (0, or far below it where a query may not look),
 * past_k.l and past_v.l [H,P,D]; outputs: logits [1,V] of the last position, present_k.l and present_v.l.
 */
export function onnxModel({ config, tensor }, dtype) {
  const { n_layer: layers, n_head: heads, n_embd: width, vocab_size: vocabulary } = config;
  const epsilon = { float: config.layer_norm_epsilon ?? 1e-5 };
  const headSize = width / heads;
  const graph = new Graph();
  const weight = (name, value = tensor(name)) => graph.constant('f32', value.shape, value.data);

  const product = (x, value) => {
    if (dtype === 'f32') return graph.node('MatMul', [x, graph.constant('f32', value.shape, value.data)]);
    const { codes, scales } = quantiseColumns(value);
    const w = graph.constant('int8', value.shape, codes);
    const zero = graph.constant('int8', [], new Int8Array(1));
    const [rounded, scale, zeroPoint] = graph.node('DynamicQuantizeLinear', [x], {}, [
      `${w}.q`,
      `${w}.s`,
      `${w}.z`,
    ]);
    const sum = graph.node('Cast', [graph.node('MatMulInteger', [rounded, w, zeroPoint, zero])], {
      to: TYPE.f32,
    });
    const factor = graph.node('Mul', [scale, graph.constant('f32', [scales.length], scales)]);
    return graph.node('Mul', [sum, factor]);
  };
  const linear = (x, name) =>
    graph.node('Add', [product(x, tensor(`${name}.weight`)), weight(`${name}.bias`)]);
  const layerNorm = (x, name) =>
    graph.node('LayerNormalization', [x, weight(`${name}.weight`), weight(`${name}.bias`)], {
      axis: -1,
      epsilon,
    });

  graph.inputs.push(
    valueInfo('ids', 'int64', ['T']),
    valueInfo('positions', 'int64', ['T']),
    valueInfo('mask', 'f32', ['T', 'S']),
  );
  const byHead = graph.ints(-1, heads, headSize);
  const together = graph.ints(-1, width);
  const scale = graph.constant('f32', [], Float32Array.of(1 / Math.sqrt(headSize)));

  const table = weight('wte.weight');
  let x = graph.node('Add', [
    graph.node('Gather', [table, 'ids']),
    graph.node('Gather', [weight('wpe.weight'), 'positions']),
  ]);
  for (let layer = 0; layer < layers; layer++) {
    const at = `h.${layer}`;
    const qkv = linear(layerNorm(x, `${at}.ln_1`), `${at}.attn.c_attn`);
    const parts = graph.node('Split', [qkv], { axis: -1, num_outputs: 3 }, [`${at}.q`, `${at}.k`, `${at}.v`]);
    const [q, k, v] = parts.map((part) =>
      graph.node('Transpose', [graph.node('Reshape', [part, byHead])], { perm: [1, 0, 2] }),
    );
    const [keys, values] = [
      ['k', k],
      ['v', v],
    ].map(([letter, fresh]) => {
      graph.inputs.push(valueInfo(`past_${letter}.${layer}`, 'f32', [heads, 'P', headSize]));
      graph.outputs.push(valueInfo(`present_${letter}.${layer}`, 'f32', [heads, 'S', headSize]));
      return graph.node('Concat', [`past_${letter}.${layer}`, fresh], { axis: 1 }, [
        `present_${letter}.${layer}`,
      ]);
    });
    const scores = graph.node('MatMul', [
      graph.node('Mul', [q, scale]),
      graph.node('Transpose', [keys], { perm: [0, 2, 1] }),
    ]);
    const pattern = graph.node('Softmax', [graph.node('Add', [scores, 'mask'])], { axis: -1 });
    const z = graph.node('Transpose', [graph.node('MatMul', [pattern, values])], { perm: [1, 0, 2] });
    x = graph.node('Add', [x, linear(graph.node('Reshape', [z, together]), `${at}.attn.c_proj`)]);
    const inner = linear(layerNorm(x, `${at}.ln_2`), `${at}.mlp.c_fc`);
    x = graph.node('Add', [
      x,
      linear(graph.node('Gelu', [inner], { approximate: 'tanh' }), `${at}.mlp.c_proj`),
    ]);
  }
  const last = graph.node('Gather', [x, graph.ints(-1)], { axis: 0 });
  const logits = product(layerNorm(last, 'ln_f'), transposed(tensor('wte.weight')));
  graph.node('Identity', [logits], {}, ['logits']);
  graph.outputs.push(valueInfo('logits', 'f32', [1, vocabulary]));
  return graph.model();
}

/** A graph that takes a cache of keys and values, past_k.l and past_v.l [H,P,D], and gives it back as present_k.l, present_v.l. */
export function cacheModel({ config: { n_layer: layers, n_head: heads, n_embd: width } }) {
  const graph = new Graph();
  for (let layer = 0; layer < layers; layer++) {
    for (const letter of ['k', 'v']) {
      const [past, present] = [`past_${letter}.${layer}`, `present_${letter}.${layer}`];
      graph.inputs.push(valueInfo(past, 'f32', [heads, 'P', width / heads]));
      graph.outputs.push(valueInfo(present, 'f32', [heads, 'P', width / heads]));
      graph.node('Identity', [past], {}, [present]);
    }
  }
  return graph.model();
}
