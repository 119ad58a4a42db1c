"""Tensors of a `nemotron_h` model, from its config.json: names, shapes, and reproducible random values.

Names and shapes are those of the checkpoints in the Hugging Face layout. The values are scaled so that a model of them
behaves like a trained one in size: activations near 1, logits with a spread of `LOGIT_SPREAD`, decays of the state
between 1 and 16, time steps around 0.001 to 0.1, and what the layers add to the residual stream divided by the root of
their number, as the family is initialized.
"""

import dataclasses
import json
import math
import pathlib
import zlib

import numpy as np

LOGIT_SPREAD = 4.0
CHUNK_VALUES = 1 << 24


@dataclasses.dataclass(frozen=True)
class Tensor:
    """One tensor: `kind` is `matrix` for what is quantized, otherwise the rule for its values."""

    name: str
    shape: tuple
    kind: str
    spread: float = 1.0

    @property
    def count(self):
        """Number of values."""
        return math.prod(self.shape)

    def chunks(self, seed=0):
        """The values as float32 arrays of whole rows, at most 64 MB each, rounded to what bfloat16 can hold."""
        generator = np.random.Generator(np.random.SFC64([seed, zlib.crc32(self.name.encode())]))
        width = math.prod(self.shape[1:])
        rows = max(1, CHUNK_VALUES // width)
        for start in range(0, self.shape[0], rows):
            shape = (min(rows, self.shape[0] - start), *self.shape[1:])
            yield from_bfloat16(to_bfloat16(self._values(generator, shape)))

    def _values(self, generator, shape):
        if self.kind in ("matrix", "embedding", "head", "normal"):
            return generator.standard_normal(shape, dtype=np.float32) * np.float32(self.spread)
        if self.kind == "gain":
            return 1 + 0.1 * generator.standard_normal(shape, dtype=np.float32)
        if self.kind == "decay":
            return np.log(generator.uniform(1, 16, shape)).astype(np.float32)
        if self.kind == "time step":
            step = np.exp(generator.uniform(math.log(0.001), math.log(0.1), shape))
            return (step + np.log(-np.expm1(-step))).astype(np.float32)
        raise ValueError(f"no rule for the values of a tensor of kind {self.kind}")


class Shape:
    """The sizes of a model, and the list of its tensors."""

    def __init__(self, config, source="config.json"):
        self.config = config
        if config.get("model_type") != "nemotron_h":
            raise SystemExit(f"{source}: model_type is {config.get('model_type')!r}, but only nemotron_h is known here.")
        self.pattern = config["hybrid_override_pattern"]
        unknown = set(self.pattern) - set("M*-")
        if unknown:
            raise SystemExit(f"{source}: layers of kind {' '.join(sorted(unknown))} are not measured here.")
        self.vocabulary = config["vocab_size"]
        self.hidden = config["hidden_size"]
        self.intermediate = config["intermediate_size"]
        self.query_heads = config["num_attention_heads"]
        self.key_heads = config["num_key_value_heads"]
        self.head_dim = config.get("head_dim") or config["attention_head_dim"]
        self.mamba_heads = config["mamba_num_heads"]
        self.inner = self.mamba_heads * config["mamba_head_dim"]
        self.groups = config["n_groups"]
        self.state = config["ssm_state_size"]
        self.kernel = config["conv_kernel"]
        self.epsilon = config["layer_norm_epsilon"]
        self.conv = self.inner + 2 * self.groups * self.state

    def tensors(self):
        """All tensors in the order of the layers."""

        def matrix(name, rows, columns, kind="matrix", spread=None):
            return Tensor(name, (rows, columns), kind, spread or columns**-0.5)

        def writer(name, columns):
            return matrix(name, self.hidden, columns, spread=(columns * len(self.pattern)) ** -0.5)

        result = [matrix("backbone.embeddings.weight", self.vocabulary, self.hidden, "embedding", 1.0)]
        for index, kind in enumerate(self.pattern):
            layer = f"backbone.layers.{index}"
            result.append(Tensor(f"{layer}.norm.weight", (self.hidden,), "gain"))
            layer += ".mixer"
            if kind == "M":
                result += [
                    matrix(f"{layer}.in_proj.weight", self.inner + self.conv + self.mamba_heads, self.hidden),
                    Tensor(f"{layer}.conv1d.weight", (self.conv, 1, self.kernel), "normal", self.kernel**-0.5),
                    Tensor(f"{layer}.conv1d.bias", (self.conv,), "normal", 0.1),
                    Tensor(f"{layer}.A_log", (self.mamba_heads,), "decay"),
                    Tensor(f"{layer}.D", (self.mamba_heads,), "gain"),
                    Tensor(f"{layer}.dt_bias", (self.mamba_heads,), "time step"),
                    Tensor(f"{layer}.norm.weight", (self.inner,), "gain"),
                    writer(f"{layer}.out_proj.weight", self.inner),
                ]
            elif kind == "*":
                result += [
                    matrix(f"{layer}.q_proj.weight", self.query_heads * self.head_dim, self.hidden),
                    matrix(f"{layer}.k_proj.weight", self.key_heads * self.head_dim, self.hidden),
                    matrix(f"{layer}.v_proj.weight", self.key_heads * self.head_dim, self.hidden),
                    writer(f"{layer}.o_proj.weight", self.query_heads * self.head_dim),
                ]
            else:
                result += [
                    matrix(f"{layer}.up_proj.weight", self.intermediate, self.hidden),
                    writer(f"{layer}.down_proj.weight", self.intermediate),
                ]
        result.append(Tensor("backbone.norm_f.weight", (self.hidden,), "gain"))
        spread = LOGIT_SPREAD * self.hidden**-0.5
        result.append(matrix("lm_head.weight", self.vocabulary, self.hidden, "head", spread))
        return result

    @classmethod
    def read(cls, path):
        """The shape of a config.json."""
        return cls(json.loads(pathlib.Path(path).read_text()), path)

    @property
    def parameter_count(self):
        """Values of all tensors together."""
        return sum(tensor.count for tensor in self.tensors())


def to_bfloat16(values):
    """The upper halves of float32 values, rounded to the nearest even."""
    bits = np.ascontiguousarray(values, dtype=np.float32).view(np.uint32)
    return ((bits + (((bits >> 16) & 1) + np.uint32(0x7FFF))) >> 16).astype(np.uint16)


def from_bfloat16(halves):
    """Float32 values of bfloat16 bits."""
    return (halves.astype(np.uint32) << 16).view(np.float32)
