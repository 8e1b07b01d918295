"""Reads what torch.save wrote, without torch and without running anything the file names.

A checkpoint is a zip: `<name>/data.pkl` is a pickle in which every storage is a persistent id, `<name>/data/<key>`
are the storages' bytes. A pickle can name any function to be called; here only those that describe a tensor mean
something, and every other name becomes an inert placeholder. Nothing is imported.
"""
import array
import collections
import io
import pickle
import sys
import zipfile

# Storage class -> safetensors dtype, letter of the array module with elements of that size
STORAGES = {
    'FloatStorage': ('F32', 'f'), 'HalfStorage': ('F16', 'H'), 'BFloat16Storage': ('BF16', 'H'), 'DoubleStorage': ('F64', 'd'),
    'LongStorage': ('I64', 'q'), 'IntStorage': ('I32', 'i'), 'ShortStorage': ('I16', 'h'), 'CharStorage': ('I8', 'b'),
    'ByteStorage': ('U8', 'B'), 'BoolStorage': ('BOOL', 'B'),
}
FLOATS = ('F32', 'F16', 'BF16', 'F64')
LARGEST_PICKLE = 1 << 28  # bytes; names and numbers only, so a real one is a few megabytes


class Refused(Exception):
    """The file is at fault; one line that says how."""


class Placeholder:
    """Stands for anything the pickle names that is not part of a tensor: `fields` are the plain values it was given."""

    fields = {}

    def __init__(self, *args, **kwargs):
        pass

    def __setstate__(self, state):
        if isinstance(state, dict):
            plain = (bool, int, float, str)
            self.fields = {key: value for key, value in state.items() if isinstance(key, str) and isinstance(value, plain)}

    def __call__(self, *args, **kwargs):
        return self

    # Pickles fill lists and dictionaries of their own kinds piece by piece.
    def append(self, item):
        pass

    def extend(self, items):
        pass

    def __setitem__(self, key, value):
        pass


class Storage:
    """Where a tensor's bytes are; they are read when asked for."""

    def __init__(self, kind, key, count):
        self.dtype, self.letter = STORAGES[kind]
        self.key, self.count = key, count


class Tensor:
    def __init__(self, storage, offset, shape, strides):
        self.storage, self.offset, self.shape, self.strides = storage, offset, tuple(shape), tuple(strides)


def rebuild_tensor(storage, offset, shape, strides, *rest):
    """torch._utils._rebuild_tensor_v2: a view of a storage."""
    whole = lambda values: isinstance(values, (tuple, list)) and all(type(v) is int and v >= 0 for v in values)
    if not (isinstance(storage, Storage) and type(offset) is int and offset >= 0 and whole(shape) and whole(strides) and len(shape) == len(strides)):
        raise Refused('a tensor of the checkpoint is not described as torch describes one')
    return Tensor(storage, offset, shape, strides)


def rebuild_parameter(data, *rest):
    """torch._utils._rebuild_parameter: a tensor that is trained."""
    return data


KNOWN = {
    ('collections', 'OrderedDict'): collections.OrderedDict,
    ('torch._utils', '_rebuild_tensor_v2'): rebuild_tensor,
    ('torch._utils', '_rebuild_tensor'): rebuild_tensor,
    ('torch._utils', '_rebuild_parameter'): rebuild_parameter,
}


class Unpickler(pickle.Unpickler):
    def find_class(self, module, name):
        if module in ('torch', 'torch.storage') and name in STORAGES:
            return name
        return KNOWN.get((module, name), Placeholder)

    def persistent_load(self, reference):
        # ('storage', class, key, device, number of elements)
        if not (isinstance(reference, tuple) and len(reference) >= 5 and reference[0] == 'storage'):
            raise Refused('the checkpoint refers to something that is not a storage')
        kind, key, count = reference[1], reference[2], reference[4]
        if kind not in STORAGES or type(key) is not str or type(count) is not int or count < 0:
            raise Refused(f'the checkpoint has a storage of an unknown kind ({kind!r})')
        return Storage(kind, key, count)


class PlainUnpickler(pickle.Unpickler):
    """For files of numbers and strings only."""

    def find_class(self, module, name):
        raise Refused(f'the file names {module}.{name}, and only lists, dictionaries, numbers and strings are wanted')


def unpickle(kind, data):
    try:
        return kind(io.BytesIO(data)).load()
    except Refused:
        raise
    except Exception as error:  # pickle promises no particular kind
        raise Refused(f'the pickle cannot be read ({type(error).__name__}: {error})') from None


class Checkpoint:
    def __init__(self, path):
        try:
            self.zip = zipfile.ZipFile(path)
        except OSError as error:
            raise Refused(f'{path}: {error.strerror or error}') from None
        except zipfile.BadZipFile:
            raise Refused(f'{path} is not a checkpoint of torch 1.6 or newer; load it there and torch.save it again') from None
        names = [name for name in self.zip.namelist() if name == 'data.pkl' or name.endswith('/data.pkl')]
        if len(names) != 1:
            raise Refused(f'{path} is a zip, but not one that torch.save wrote: it holds {len(names)} data.pkl')
        self.prefix = names[0][:-len('data.pkl')]
        if self.zip.getinfo(names[0]).file_size > LARGEST_PICKLE:
            raise Refused(f'{path}: its data.pkl is larger than {LARGEST_PICKLE} bytes')
        try:
            order = self.zip.read(self.prefix + 'byteorder').decode()
        except KeyError:
            order = 'little'
        self.swap = order != sys.byteorder
        self.content = unpickle(Unpickler, self.zip.read(names[0]))
        self.cached = (None, None)

    def values(self, storage):
        """All of a storage as an array of its letter; the last one is kept, since views often share it."""
        if self.cached[0] == storage.key:
            return self.cached[1]
        name = f'{self.prefix}data/{storage.key}'
        values = array.array(storage.letter)
        try:
            if self.zip.getinfo(name).file_size != storage.count * values.itemsize:
                raise Refused(f'{name} holds {self.zip.getinfo(name).file_size} bytes, wanted {storage.count} elements of {values.itemsize}')
            values.frombytes(self.zip.read(name))
        except KeyError:
            raise Refused(f'the checkpoint has no {name}; it is incomplete') from None
        except (zipfile.BadZipFile, OSError) as error:
            raise Refused(f'{name} is damaged ({error})') from None
        if self.swap:
            values.byteswap()
        self.cached = (storage.key, values)
        return values

    def rows(self, tensor, transpose=False):
        """The elements of a tensor of one or two dimensions in order, as an array."""
        values = self.values(tensor.storage)
        shape, strides = (tensor.shape, tensor.strides) if len(tensor.shape) == 2 else ((1,) + tensor.shape, (0,) + tensor.strides)
        if transpose:
            shape, strides = shape[::-1], strides[::-1]
        (rows, columns), (down, along) = shape, strides
        if rows * columns == 0:
            return array.array(tensor.storage.letter)
        last = tensor.offset + (rows - 1) * down + (columns - 1) * along
        if last >= len(values):
            raise Refused(f'a tensor reaches element {last} of a storage of {len(values)}')
        if along == 1 and down == columns:
            return values[tensor.offset:tensor.offset + rows * columns]
        out = array.array(tensor.storage.letter)
        for row in range(rows):
            begin = tensor.offset + row * down
            # A stride of zero repeats one element.
            out.extend(values[begin:begin + (columns - 1) * along + 1:along] if along else values[begin:begin + 1] * columns)
        return out
