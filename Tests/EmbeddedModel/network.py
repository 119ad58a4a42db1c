"""The nemotron_h network in plain torch: whole sequences for training, one token at a time for the evaluation.

Parameter names are those of the checkpoint (`backbone.layers.0.mixer.in_proj.weight`), so that the state dict can be
stored as it is.
"""
import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import nn


@dataclass
class Shape:
    """The dimensions of the network, named as in config.json."""
    hybrid_override_pattern: str = "M-M*-M-M*-"
    hidden_size: int = 192
    intermediate_size: int = 640
    mamba_num_heads: int = 6
    mamba_head_dim: int = 64
    n_groups: int = 2
    ssm_state_size: int = 32
    conv_kernel: int = 4
    num_attention_heads: int = 4
    num_key_value_heads: int = 2
    head_dim: int = 64
    vocab_size: int = 512
    layer_norm_epsilon: float = 1e-5


def rms_norm(x, weight, epsilon):
    x = x.float()
    return x * torch.rsqrt(x.square().mean(-1, keepdim=True) + epsilon) * weight.float()


class Norm(nn.Module):
    def __init__(self, width, epsilon):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))
        self.epsilon = epsilon

    def forward(self, x):
        return rms_norm(x, self.weight, self.epsilon)


def scan_chunk(x, log_decay, B, C, state):
    """One chunk of the state-space recurrence as matrix products.

    Shapes: x [b, H, L, P] (already times dt), log_decay [b, H, L] (dt * A), B and C [b, G, L, N], state [b, H, P, N] or
    None.  Only differences of the cumulative decay are exponentiated, and only those that are not positive.
    """
    batch, heads, length, _ = x.shape
    groups = B.shape[1]
    decay = log_decay.cumsum(-1)
    difference = decay[..., :, None] - decay[..., None, :]
    causal = torch.ones(length, length, dtype=torch.bool).tril()
    weights = difference.masked_fill(~causal, float("-inf")).exp()
    scores = (C @ B.transpose(-1, -2))[:, :, None].expand(-1, -1, heads // groups, -1, -1)
    y = (weights * scores.reshape(batch, heads, length, length)) @ x
    per_head = lambda t: t[:, :, None].expand(-1, -1, heads // groups, -1, -1).reshape(batch, heads, length, -1)
    if state is not None:
        y = y + (per_head(C) @ state.transpose(-1, -2)) * decay.exp()[..., None]
    return y, decay, per_head


def scan(x, log_decay, B, C, state, chunk, wants_state):
    """The recurrence over a whole sequence, in chunks; returns outputs and, if asked for, the last state."""
    if chunk == x.shape[2] and not wants_state:
        return scan_chunk(x, log_decay, B, C, state)[0], None
    outputs, length = [], x.shape[2]
    for start in range(0, length, chunk):
        part = slice(start, start + chunk)
        xs, Bs = x[:, :, part], B[:, :, part]
        y, decay, per_head = scan_chunk(xs, log_decay[:, :, part], Bs, C[:, :, part], state)
        outputs.append(y)
        if wants_state or start + chunk < length:
            last = decay[..., -1:]
            added = (xs * (last - decay).exp()[..., None]).transpose(-1, -2) @ per_head(Bs)
            state = added if state is None else state * last.exp()[..., None] + added
    return torch.cat(outputs, 2) if len(outputs) > 1 else outputs[0], state


class ConvolvedSiLU(torch.autograd.Function):
    """Causal depthwise convolution and SiLU in one step: written by hand because it is a fifth of a training step otherwise."""

    @staticmethod
    def forward(ctx, padded, taps, bias):
        length = padded.shape[1] - taps.shape[1] + 1
        mixed = torch.addcmul(bias, padded[:, :length], taps[:, 0])
        for k in range(1, taps.shape[1]):
            mixed.addcmul_(padded[:, k:k + length], taps[:, k])
        ctx.save_for_backward(padded, taps, mixed)
        return F.silu(mixed)

    @staticmethod
    def backward(ctx, gradient):
        padded, taps, mixed = ctx.saved_tensors
        length = mixed.shape[1]
        gradient = torch.ops.aten.silu_backward(gradient, mixed)
        to_padded, to_taps = torch.zeros_like(padded), []
        for k in range(taps.shape[1]):
            to_padded[:, k:k + length].addcmul_(gradient, taps[:, k])
            to_taps.append((gradient * padded[:, k:k + length]).sum((0, 1)))
        return to_padded, torch.stack(to_taps, 1), gradient.sum((0, 1))


class Mamba(nn.Module):
    def __init__(self, s):
        super().__init__()
        self.shape = s
        self.inner = s.mamba_num_heads * s.mamba_head_dim
        self.conv_width = self.inner + 2 * s.n_groups * s.ssm_state_size
        self.in_proj = nn.Linear(s.hidden_size, self.inner + self.conv_width + s.mamba_num_heads, bias=False)
        self.conv1d = nn.Conv1d(self.conv_width, self.conv_width, s.conv_kernel, groups=self.conv_width)
        self.A_log = nn.Parameter(torch.linspace(1, 16, s.mamba_num_heads).log())
        self.D = nn.Parameter(torch.ones(s.mamba_num_heads))
        dt = torch.exp(torch.empty(s.mamba_num_heads).uniform_(math.log(0.001), math.log(0.1)))
        self.dt_bias = nn.Parameter(dt + torch.log(-torch.expm1(-dt)))
        self.norm = Norm(self.inner, s.layer_norm_epsilon)
        self.out_proj = nn.Linear(self.inner, s.hidden_size, bias=False)

    def forward(self, u, cache=None, mask=None):
        s = self.shape
        batch, length, _ = u.shape
        gate, xbc, dt = self.in_proj(u).split([self.inner, self.conv_width, s.mamba_num_heads], -1)
        xbc = xbc.float()
        if mask is not None:
            xbc = xbc * mask[..., None]
        history = s.conv_kernel - 1
        before = cache["conv"] if cache else None
        padded = torch.cat([before, xbc], 1) if before is not None else F.pad(xbc, (0, 0, history, 0))
        if cache is not None:
            cache["conv"] = padded[:, -history:]
        mixed = ConvolvedSiLU.apply(padded, self.conv1d.weight[:, 0].float(), self.conv1d.bias.float())
        x, B, C = mixed.split([self.inner, *[s.n_groups * s.ssm_state_size] * 2], -1)
        dt = F.softplus(dt.float() + self.dt_bias)
        if mask is not None:
            dt = dt * mask[..., None]
        x = x.view(batch, length, s.mamba_num_heads, s.mamba_head_dim).transpose(1, 2)
        B = B.view(batch, length, s.n_groups, -1).transpose(1, 2)
        C = C.view(batch, length, s.n_groups, -1).transpose(1, 2)
        dt = dt.transpose(1, 2)
        chunk = length if cache is None else 64
        with torch.autocast("cpu", enabled=False):
            y, state = scan(x * dt[..., None], -self.A_log.exp()[:, None] * dt, B, C,
                            cache.get("state") if cache else None, chunk, cache is not None)
            y = y + self.D[:, None, None] * x
        if cache is not None:
            cache["state"] = state
        y = y.transpose(1, 2).reshape(batch, length, self.inner) * F.silu(gate.float())
        grouped = y.view(batch, length, s.n_groups, -1)
        weight = self.norm.weight.view(s.n_groups, -1)
        return self.out_proj(rms_norm(grouped, weight, s.layer_norm_epsilon).view(batch, length, self.inner))


class Attention(nn.Module):
    def __init__(self, s):
        super().__init__()
        self.shape = s
        self.q_proj = nn.Linear(s.hidden_size, s.num_attention_heads * s.head_dim, bias=False)
        self.k_proj = nn.Linear(s.hidden_size, s.num_key_value_heads * s.head_dim, bias=False)
        self.v_proj = nn.Linear(s.hidden_size, s.num_key_value_heads * s.head_dim, bias=False)
        self.o_proj = nn.Linear(s.num_attention_heads * s.head_dim, s.hidden_size, bias=False)

    def forward(self, u, cache=None, mask=None):
        s = self.shape
        batch, length, _ = u.shape
        split = lambda t: t.view(batch, length, -1, s.head_dim).transpose(1, 2)
        q, k, v = split(self.q_proj(u)), split(self.k_proj(u)), split(self.v_proj(u))
        visible = None
        if cache is not None:
            if "k" in cache:
                k, v = torch.cat([cache["k"], k], 2), torch.cat([cache["v"], v], 2)
                mask = torch.cat([cache["mask"], mask], 1)
            cache.update(k=k, v=v, mask=mask)
            total = k.shape[2]
            causal = torch.ones(length, total, dtype=torch.bool).tril(total - length)
            # A padded row sees itself, or its softmax would be over nothing.
            visible = (mask.bool()[:, None, None, :] & causal) | torch.eye(length, total, dtype=torch.bool).roll(total - length, 1)
        repeat = s.num_attention_heads // s.num_key_value_heads
        k, v = k.repeat_interleave(repeat, 1), v.repeat_interleave(repeat, 1)
        if visible is None:
            visible = torch.ones(length, length, dtype=torch.bool).tril()
        scores = (q @ k.transpose(-1, -2)).float() * s.head_dim ** -0.5
        o = torch.softmax(scores.masked_fill(~visible, float("-inf")), -1).to(v.dtype) @ v
        return self.o_proj(o.transpose(1, 2).reshape(batch, length, -1))


class MLP(nn.Module):
    def __init__(self, s):
        super().__init__()
        self.up_proj = nn.Linear(s.hidden_size, s.intermediate_size, bias=False)
        self.down_proj = nn.Linear(s.intermediate_size, s.hidden_size, bias=False)

    def forward(self, u, cache=None, mask=None):
        return self.down_proj(F.relu(self.up_proj(u)).square())


class Layer(nn.Module):
    def __init__(self, kind, s):
        super().__init__()
        self.norm = Norm(s.hidden_size, s.layer_norm_epsilon)
        self.mixer = {"M": Mamba, "*": Attention, "-": MLP}[kind](s)

    def forward(self, x, cache=None, mask=None):
        return x + self.mixer(self.norm(x), cache, mask).float()


class Backbone(nn.Module):
    def __init__(self, s):
        super().__init__()
        self.embeddings = nn.Embedding(s.vocab_size, s.hidden_size)
        self.layers = nn.ModuleList(Layer(kind, s) for kind in s.hybrid_override_pattern)
        self.norm_f = Norm(s.hidden_size, s.layer_norm_epsilon)


class NemotronH(nn.Module):
    """The causal language model.  The residual stream is float32; autocast decides the precision of the products."""

    def __init__(self, shape):
        super().__init__()
        self.shape = shape
        self.backbone = Backbone(shape)
        self.lm_head = nn.Linear(shape.hidden_size, shape.vocab_size, bias=False)
        self.initialise()

    def initialise(self):
        """Unit-variance products; what is added to the residual stream shrinks with the number of layers."""
        depth = len(self.shape.hybrid_override_pattern)
        for name, parameter in self.named_parameters():
            if name.endswith("embeddings.weight"):
                nn.init.normal_(parameter, std=0.3)
            elif parameter.ndim == 2:
                gain = 1 / math.sqrt(depth) if any(k in name for k in ("out_proj", "o_proj", "down_proj")) else 1.0
                nn.init.normal_(parameter, std=(0.5 if "lm_head" in name else gain) / math.sqrt(parameter.shape[1]))

    def forward(self, ids, caches=None, mask=None, rows=None):
        """Logits [b, L, vocab], or only at the flat positions `rows`.

        With `caches` (a list of dicts, one per layer, empty at first) the call continues where the last one ended;
        `mask` [b, L] is 0 at padding in front, which then leaves no trace in any state.
        """
        x = self.backbone.embeddings(ids)
        if caches is not None and mask is None:
            mask = torch.ones(ids.shape)
        for i, layer in enumerate(self.backbone.layers):
            x = layer(x, None if caches is None else caches[i], mask)
        if rows is not None:
            x = x.reshape(-1, x.shape[-1])[rows]
        return self.lm_head(self.backbone.norm_f(x)).float()
