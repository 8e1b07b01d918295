#!/usr/bin/env python3
"""Turns a nanoGPT or build-nanogpt checkpoint into Hugging Face's form of a GPT-2, which Vitrine opens.

    python3 scripts/nanogpt/convert.py out/ckpt.pt FOLDER [--meta data/shakespeare_char/meta.pkl]
                                       [--activation gelu|gelu_new] [--keep-padding]

FOLDER gets model.safetensors, config.json and the vocabulary: that of meta.pkl (one string an id), or GPT-2's own.
Only Python's standard library is needed; nothing the checkpoint names is imported or run (checkpoint.py).
https://github.com/karpathy/nanoGPT, https://github.com/karpathy/build-nanogpt
"""
import argparse
import array
import json
import os
import re
import shutil
import struct
import subprocess
import sys

from checkpoint import FLOATS, Checkpoint, Placeholder, PlainUnpickler, Refused, Tensor, unpickle

GPT2_VOCABULARY = 50257
# nn.Linear keeps [out, in], GPT-2's Conv1D [in, out].
TRANSPOSED = re.compile(r'h\.\d+\.(attn\.c_attn|attn\.c_proj|mlp\.c_fc|mlp\.c_proj)\.weight$')
# Buffers that are no weights.
MASK = re.compile(r'h\.\d+\.attn\.(bias|masked_bias)$')


def plain_name(name):
    """torch.compile and DistributedDataParallel put prefixes before every name."""
    while True:
        for prefix in ('_orig_mod.', 'module.', 'transformer.'):
            if name.startswith(prefix):
                name = name[len(prefix):]
                break
        else:
            return name


def read_arguments(content):
    """The model's settings and the activation of the trainer that wrote them: nanoGPT's model_args, or build-nanogpt's GPTConfig."""
    if isinstance(content.get('model_args'), dict):
        return content['model_args'], 'gelu'
    if isinstance(content.get('config'), Placeholder) and content['config'].fields:
        return content['config'].fields, 'gelu_new'
    raise Refused('the checkpoint has no model_args and no GPTConfig; is it one of nanoGPT or build-nanogpt?')


def read_shape(arguments):
    shape = {}
    for key in ('n_layer', 'n_head', 'n_embd', 'block_size', 'vocab_size'):
        value = arguments.get(key)
        if type(value) is not int or value < 1:
            raise Refused(f'{key} of the model is {value!r}, wanted a whole number above 0')
        shape[key] = value
    if shape['n_embd'] % shape['n_head']:
        raise Refused(f"n_embd {shape['n_embd']} is not a multiple of n_head {shape['n_head']}")
    return shape


def wanted(shape, rows):
    """(name, shape) of every tensor of a GPT-2, in the order of the forward pass. `rows`: of the token embedding."""
    width = shape['n_embd']
    yield 'wte.weight', (rows, width)
    yield 'wpe.weight', (shape['block_size'], width)
    for layer in range(shape['n_layer']):
        block = f'h.{layer}.'
        for norm in ('ln_1', 'ln_2'):
            yield block + norm + '.weight', (width,)
            yield block + norm + '.bias', (width,)
        for name, inputs, outputs in (('attn.c_attn', width, 3 * width), ('attn.c_proj', width, width),
                                      ('mlp.c_fc', width, 4 * width), ('mlp.c_proj', 4 * width, width)):
            yield block + name + '.weight', (inputs, outputs)
            yield block + name + '.bias', (outputs,)
    yield 'ln_f.weight', (width,)
    yield 'ln_f.bias', (width,)


class Weights:
    """The checkpoint's tensors under GPT-2's names."""

    def __init__(self, checkpoint):
        self.checkpoint = checkpoint
        state = checkpoint.content.get('model')
        if not isinstance(state, dict):
            raise Refused('the checkpoint has no "model"; is it one of nanoGPT?')
        self.tensors = {}
        for name, tensor in state.items():
            if isinstance(name, str) and isinstance(tensor, Tensor) and not MASK.search(plain_name(name)):
                self.tensors[plain_name(name)] = tensor

    def dtype(self):
        dtype = self.tensors['wte.weight'].storage.dtype if 'wte.weight' in self.tensors else 'F32'
        if dtype not in FLOATS:
            raise Refused(f'wte.weight is {dtype}, wanted one of {", ".join(FLOATS)}')
        return 'F32' if dtype == 'F64' else dtype

    def tied(self):
        """Whether the head is the token embedding, as nanoGPT has it."""
        head, table = self.tensors.get('lm_head.weight'), self.tensors.get('wte.weight')
        if head is None or table is None or (head.storage.key == table.storage.key and head.offset == table.offset):
            return True
        return head.shape == table.shape and self.checkpoint.rows(head) == self.checkpoint.rows(table)

    def data(self, name, shape, dtype):
        """Bytes of a tensor in GPT-2's layout, little-endian. A bias that was trained without is zero."""
        tensor = self.tensors.get(name)
        count = shape[0] * (shape[1] if len(shape) == 2 else 1)
        size = 4 if dtype == 'F32' else 2
        if tensor is None:
            if name.endswith('.bias'):
                return bytes(count * size)
            raise Refused(f'the checkpoint has no {name}')
        transpose = bool(TRANSPOSED.search(name))
        got = tensor.shape[::-1] if transpose else tensor.shape
        rows_to_spare = name in ('wte.weight', 'lm_head.weight') and len(got) == 2 and got[1:] == shape[1:] and got[0] >= shape[0]
        if got != shape and not rows_to_spare:
            raise Refused(f'{name} is {list(got)}, wanted {list(shape)}')
        values = self.checkpoint.rows(tensor, transpose)[:count]
        if tensor.storage.dtype != dtype:
            if (tensor.storage.dtype, dtype) != ('F64', 'F32'):
                raise Refused(f'{name} is {tensor.storage.dtype} where other weights are {dtype}')
            values = array.array('f', values)
        if sys.byteorder == 'big':
            values.byteswap()
        return values.tobytes()


def write_safetensors(path, tensors, dtype, read):
    """`tensors`: (name, shape) rows; `read(name, shape)` yields the bytes of one. Only one is in memory at a time."""
    size = 4 if dtype == 'F32' else 2
    header, offset = {'__metadata__': {'format': 'pt'}}, 0
    for name, shape in tensors:
        length = size * shape[0] * (shape[1] if len(shape) == 2 else 1)
        header[name] = {'dtype': dtype, 'shape': list(shape), 'data_offsets': [offset, offset + length]}
        offset += length
    text = json.dumps(header, separators=(',', ':')).encode()
    text += b' ' * (-len(text) % 8)
    with open(path + '.part', 'wb') as file:
        file.write(struct.pack('<Q', len(text)) + text)
        for name, shape in tensors:
            file.write(read(name, shape))
    os.replace(path + '.part', path)


def read_vocabulary(path):
    """meta.pkl: {'vocab_size', 'itos': {id: string}, ...}. Returns the strings by id."""
    try:
        with open(path, 'rb') as file:
            meta = unpickle(PlainUnpickler, file.read())
    except OSError as error:
        raise Refused(f'{path}: {error.strerror}') from None
    strings = meta.get('itos') if isinstance(meta, dict) else None
    if not isinstance(strings, dict) or sorted(strings, key=str) != sorted(range(len(strings)), key=str):
        raise Refused(f'{path} has no "itos" that numbers its strings from 0')
    words = [strings[index] for index in range(len(strings))]
    if not all(isinstance(word, str) for word in words):
        raise Refused(f'{path}: not all of "itos" are strings')
    return words


def gpt2_vocabulary(folder):
    """Writes GPT-2's vocabulary with the project's own script, where Node.js is at hand."""
    script = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'vocabulary.mjs')
    node = shutil.which('node')
    if node and subprocess.run([node, script, folder], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0:
        return "GPT-2's vocabulary"
    return f"no vocabulary yet: write GPT-2's with node scripts/vocabulary.mjs {folder}"


def convert(checkpoint_path, folder, meta, activation, keep_padding):
    checkpoint = Checkpoint(checkpoint_path)
    if not isinstance(checkpoint.content, dict):
        raise Refused(f'{checkpoint_path} does not hold a dictionary; is it one of nanoGPT?')
    arguments, usual = read_arguments(checkpoint.content)
    activation = activation or usual
    shape, weights = read_shape(arguments), Weights(checkpoint)
    words = read_vocabulary(meta) if meta else None
    rows = shape['vocab_size']
    real = len(words) if words else GPT2_VOCABULARY
    # nanoGPT rounds the table up to a multiple of 64 rows; what is beyond the vocabulary is no token.
    if rows % 64 == 0 and 0 < rows - real < 64 and not keep_padding:
        rows = real
    if words and rows != len(words):
        raise Refused(f'{meta} has {len(words)} strings, the model {rows}; is it of the same data set?')
    os.makedirs(folder, exist_ok=True)
    dtype, tied = weights.dtype(), weights.tied()
    tensors = list(wanted(shape, rows)) + ([] if tied else [('lm_head.weight', (rows, shape['n_embd']))])
    write_safetensors(os.path.join(folder, 'model.safetensors'), tensors, dtype, lambda name, size: weights.data(name, size, dtype))
    config = {
        'architectures': ['GPT2LMHeadModel'], 'model_type': 'gpt2', 'activation_function': activation, 'layer_norm_epsilon': 1e-5,
        'n_layer': shape['n_layer'], 'n_head': shape['n_head'], 'n_embd': shape['n_embd'], 'n_inner': None,
        'n_positions': shape['block_size'], 'n_ctx': shape['block_size'], 'vocab_size': rows, 'tie_word_embeddings': tied,
    }
    with open(os.path.join(folder, 'config.json'), 'w', encoding='utf-8') as file:
        json.dump(config, file, indent=2)
    if words:
        with open(os.path.join(folder, 'vocab.json'), 'w', encoding='utf-8') as file:
            json.dump(words, file)
        vocabulary = f'{len(words)} strings of {meta}'
    elif rows >= GPT2_VOCABULARY:
        vocabulary = gpt2_vocabulary(folder)
    else:
        vocabulary = 'no vocabulary: give --meta, or type ids instead of text'
    head = 'tied head' if tied else 'separate head'
    print(f"{folder}: {shape['n_layer']} layers, {shape['n_head']} heads, width {shape['n_embd']}, context {shape['block_size']}, "
          f'{rows} tokens, {dtype}, {head}, {activation}; {vocabulary}')


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('checkpoint')
    parser.add_argument('folder')
    parser.add_argument('--meta', help="the data set's meta.pkl, when the model reads characters")
    parser.add_argument('--activation', choices=('gelu', 'gelu_new'),
                        help='gelu_new for checkpoints of nanoGPT from before it used nn.GELU, or finetuned from GPT-2; '
                             'as it is for checkpoints of build-nanogpt')
    parser.add_argument('--keep-padding', action='store_true', help='keep the rows of the token table that are no token')
    asked = parser.parse_args()
    try:
        convert(asked.checkpoint, asked.folder, asked.meta, asked.activation, asked.keep_padding)
    except Refused as error:
        print(f'convert: {error}', file=sys.stderr)
        return 1
    return 0


if __name__ == '__main__':
    sys.exit(main())
