"""A model in the layout of Hugging Face: model.safetensors with config.json beside it."""

import json
import os
import struct

import numpy as np

from .parameters import filled
from .shape import END_OF_TEXT, EPSILON, Shape

_TYPES = {"F32": np.float32, "F16": np.float16}


def safetensors_bytes(tensors, dtype):
    """A safetensors file of {name: array}, its values stored as `dtype` (F32 or F16)."""
    header, blobs, offset = {"__metadata__": {"format": "pt"}}, [], 0
    for name, values in tensors.items():
        blob = np.ascontiguousarray(values, dtype=_TYPES[dtype]).tobytes()
        offsets = [offset, offset + len(blob)]
        header[name] = {"dtype": dtype, "shape": list(values.shape), "data_offsets": offsets}
        blobs.append(blob)
        offset += len(blob)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    return b"".join([struct.pack("<Q", len(text)), text, *blobs])


def read_safetensors(data):
    """{name: F32 array} of a safetensors file, without a leading `transformer.`. Raises ValueError where it
    is none."""
    try:
        (length,) = struct.unpack("<Q", data[:8])
        header = json.loads(data[8 : 8 + length])
        header.pop("__metadata__", None)
        base, tensors = 8 + length, {}
        for name, entry in header.items():
            begin, end = entry["data_offsets"]
            values = np.frombuffer(data[base + begin : base + end], _TYPES[entry["dtype"]])
            tensors[name.removeprefix("transformer.")] = values.reshape(entry["shape"]).astype(np.float32)
    except (struct.error, UnicodeDecodeError, KeyError, TypeError, AttributeError, ValueError) as error:
        raise ValueError(f"not a safetensors file of F16 or F32 tensors ({error})") from error
    return tensors


def configuration(shape, dtype):
    return {
        "activation_function": "gelu_new",
        "architectures": ["GPT2LMHeadModel"],
        "attn_pdrop": 0.0,
        "bos_token_id": END_OF_TEXT,
        "embd_pdrop": 0.0,
        "eos_token_id": END_OF_TEXT,
        "initializer_range": 0.02,
        "layer_norm_epsilon": EPSILON,
        "model_type": "gpt2",
        "n_ctx": shape.positions,
        "n_embd": shape.channels,
        "n_head": shape.heads,
        "n_inner": None,
        "n_layer": shape.layers,
        "n_positions": shape.positions,
        "reorder_and_upcast_attn": False,
        "resid_pdrop": 0.0,
        "scale_attn_by_inverse_layer_idx": False,
        "scale_attn_weights": True,
        "summary_activation": None,
        "summary_first_dropout": 0.1,
        "summary_proj_to_labels": True,
        "summary_type": "cls_index",
        "summary_use_proj": True,
        "tie_word_embeddings": True,
        "torch_dtype": {"F32": "float32", "F16": "float16"}[dtype],
        "use_cache": True,
        "vocab_size": shape.vocabulary,
    }


def replace_file(path, data):
    """Writes `path` so that it is either the old file or the whole new one."""
    with open(path + ".part", "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    os.replace(path + ".part", path)


def export(shape, tensors, folder, report, dtype="F16"):
    """Writes model.safetensors, config.json and training.json, the report of the run, into `folder`."""
    os.makedirs(folder, exist_ok=True)
    replace_file(os.path.join(folder, "model.safetensors"), safetensors_bytes(tensors, dtype))
    for name, content in [("config.json", configuration(shape, dtype)), ("training.json", report)]:
        replace_file(os.path.join(folder, name), json.dumps(content, indent=2).encode())


def load_tensors(path):
    """{name: F32 array} of a safetensors file. Raises ValueError with the path where it cannot be read."""
    try:
        with open(path, "rb") as file:
            return read_safetensors(file.read())
    except (OSError, ValueError) as error:
        raise ValueError(f"{path}: {error}") from error


def load(folder):
    """The Parameters of a folder that export() wrote."""
    path = os.path.join(folder, "config.json")
    try:
        with open(path, encoding="utf-8") as file:
            config = json.load(file)
        names = ("n_layer", "n_head", "n_embd", "n_positions", "vocab_size")
        shape = Shape(*(int(config[name]) for name in names))
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{path}: {error!r}") from error
    return filled(shape, load_tensors(os.path.join(folder, "model.safetensors")))
