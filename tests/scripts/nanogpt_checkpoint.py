"""Writes a file as torch.save does for a nanoGPT checkpoint, without torch: for the tests of scripts/nanogpt.

    python3 nanogpt_checkpoint.py OUT.pt '{"n_layer": 2, ...}'

Element i of the k-th tensor is ((37 i + 11 k) mod 101 - 50) / 64, which every float type holds exactly.
"""
import array
import collections
import io
import json
import pickle
import struct
import sys
import types
import zipfile

path, options = sys.argv[1], json.loads(sys.argv[2])
dtype = options.get('dtype', 'Float')


def module(name, **members):
    made = types.ModuleType(name)
    for key, value in members.items():
        value.__module__, value.__qualname__ = name, key
        setattr(made, key, value)
    sys.modules[name] = made
    return made


class Storage:
    def __init__(self, key, values):
        self.key, self.values = key, values


class Tensor:
    def __init__(self, storage, offset, shape, strides):
        self.view = (storage, offset, tuple(shape), tuple(strides), False, collections.OrderedDict())

    def __reduce__(self):
        return sys.modules['torch._utils']._rebuild_tensor_v2, self.view


def _rebuild_tensor_v2(*view):
    return None


class Config:
    """A class of the user's own, such as some trainers leave in their checkpoints."""

    def __init__(self):
        self.note = 'mine'


kinds = {kind: type(kind, (), {}) for kind in ('FloatStorage', 'HalfStorage', 'BFloat16Storage', 'DoubleStorage')}
module('torch', **kinds)
module('torch._utils', _rebuild_tensor_v2=_rebuild_tensor_v2)
module('my_trainer', Config=Config)

storages = []


def packed(values):
    if dtype == 'Float':
        return array.array('f', values).tobytes()
    if dtype == 'Double':
        return array.array('d', values).tobytes()
    if dtype == 'Half':
        return b''.join(struct.pack('<e', value) for value in values)
    return b''.join(struct.pack('<f', value)[2:] for value in values)


def tensor(*shape, transposed=False):
    index, count = len(storages), 1
    for size in shape:
        count *= size
    values = [((37 * i + 11 * index) % 101 - 50) / 64 for i in range(count)]
    storages.append(Storage(str(index), values))
    if not transposed:
        strides = [1] * len(shape)
        for axis in range(len(shape) - 2, -1, -1):
            strides[axis] = strides[axis + 1] * shape[axis + 1]
        return Tensor(storages[-1], 0, shape, strides)
    return Tensor(storages[-1], 0, shape, (1, shape[0]))


layers, width, vocabulary = options['n_layer'], options['n_embd'], options['vocab_size']
bias, prefix = options.get('bias', True), options.get('prefix', '')
state = collections.OrderedDict()


def put(name, *shape, **how):
    state[prefix + name] = tensor(*shape, **how)


put('transformer.wte.weight', vocabulary, width)
put('transformer.wpe.weight', options['block_size'], width)
for layer in range(layers):
    block = f'transformer.h.{layer}.'
    for name, outputs, inputs in (('attn.c_attn', 3 * width, width), ('attn.c_proj', width, width),
                                  ('mlp.c_fc', 4 * width, width), ('mlp.c_proj', width, 4 * width)):
        put(block + name + '.weight', outputs, inputs, transposed=options.get('strided', False))
        if bias:
            put(block + name + '.bias', outputs)
    for name in ('ln_1', 'ln_2'):
        put(block + name + '.weight', width)
        if bias:
            put(block + name + '.bias', width)
    put(block + 'attn.bias', options['block_size'])  # the mask of old versions: a buffer, not a weight
put('transformer.ln_f.weight', width)
if bias:
    put('transformer.ln_f.bias', width)
if options.get('tied', True):
    state[prefix + 'lm_head.weight'] = state[prefix + 'transformer.wte.weight']
else:
    put('lm_head.weight', vocabulary, width)
if 'without' in options:
    del state[prefix + options['without']]


class Attack:
    def __reduce__(self):
        import os
        return os.system, (f"touch {options['hostile']}",)


content = {
    'model': state,
    'optimizer': {'state': {0: {'step': tensor(1), 'exp_avg': tensor(3)}}, 'param_groups': [{'lr': 1e-3, 'params': [0]}]},
    'model_args': {key: options[key] for key in ('n_layer', 'n_head', 'n_embd', 'block_size', 'vocab_size')} | {'bias': bias, 'dropout': 0.0},
    'iter_num': 5, 'best_val_loss': tensor(1), 'config': {'device': 'cpu', 'mine': Config()},
}
if options.get('form') == 'build-nanogpt':
    # {'model', 'config': GPTConfig(...), 'step', 'val_loss'}, the configuration a dataclass of the trainer's own file.
    class GPTConfig:
        pass

    module('train_gpt2', GPTConfig=GPTConfig)
    config = GPTConfig()
    config.__dict__.update({key: options[key] for key in ('block_size', 'vocab_size', 'n_layer', 'n_head', 'n_embd')})
    content = {'model': state, 'config': config, 'step': 5, 'val_loss': 3.25}
if 'hostile' in options:
    content['config']['attack'] = Attack()


class Pickler(pickle.Pickler):
    def persistent_id(self, value):
        if isinstance(value, Storage):
            return 'storage', kinds[dtype.replace('BFloat', 'BFloat16') + 'Storage'], value.key, 'cpu', len(value.values)
        return None


stream = io.BytesIO()
Pickler(stream, protocol=2).dump(content)
with zipfile.ZipFile(path, 'w') as out:
    out.writestr('ckpt/data.pkl', stream.getvalue())
    out.writestr('ckpt/byteorder', 'little')
    for storage in storages:
        data = packed(storage.values)
        out.writestr(f'ckpt/data/{storage.key}', data[:-2] if storage.key == options.get('cutStorage') else data)
    out.writestr('ckpt/version', '3\n')
