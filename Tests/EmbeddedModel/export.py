"""Writes a training checkpoint as a Hugging Face folder (bf16), and the held-out questions of the bench.

Usage: python export.py CHECKPOINT.pt TOKENIZER.json FOLDER
The chat template is not written here: it lies in the folder as a file of its own.
"""
import json
import os
import shutil
import sys

import torch
from safetensors.torch import save_file

from train import HELD_OUT_COUNT, HELD_OUT_SEED, SHAPE
from problems import held_out_questions

CONTEXT = 4096


def config():
    """The fields of the 9B-v2 config.json.  `time_step_min` is 0: Transformers clamps dt to it in prefill but not in decoding."""
    s = SHAPE
    return dict(
        architectures=["NemotronHForCausalLM"], attention_bias=False, attention_dropout=0.0, bos_token_id=1, chunk_size=128,
        conv_kernel=s.conv_kernel, eos_token_id=12, expand=2, head_dim=s.head_dim, hidden_dropout=0.0,
        hidden_size=s.hidden_size, hybrid_override_pattern=s.hybrid_override_pattern, initializer_range=0.02,
        intermediate_size=s.intermediate_size, layer_norm_epsilon=s.layer_norm_epsilon, mamba_head_dim=s.mamba_head_dim,
        mamba_hidden_act="silu", mamba_num_heads=s.mamba_num_heads, mamba_proj_bias=False, max_position_embeddings=CONTEXT,
        mlp_bias=False, mlp_hidden_act="relu2", model_type="nemotron_h", n_groups=s.n_groups,
        num_attention_heads=s.num_attention_heads, num_hidden_layers=len(s.hybrid_override_pattern),
        num_key_value_heads=s.num_key_value_heads, num_logits_to_keep=1, pad_token_id=0, rescale_prenorm_residual=True,
        residual_in_fp32=False, rms_norm_eps=s.layer_norm_epsilon, sliding_window=None, ssm_state_size=s.ssm_state_size,
        tie_word_embeddings=False, time_step_floor=1e-4, time_step_limit=[0.0, float("inf")], time_step_max=0.1,
        time_step_min=0.0, torch_dtype="bfloat16", use_bias=False, use_cache=True, use_conv_bias=True,
        use_mamba_kernels=True, vocab_size=s.vocab_size)


def write_json(path, value):
    with open(path, "w", encoding="utf-8") as file:
        json.dump(value, file, indent=2, ensure_ascii=False)
        file.write("\n")


def write_settings(folder, tokenizer_file):
    """Everything but the weights."""
    os.makedirs(folder, exist_ok=True)
    write_json(f"{folder}/config.json", config())
    write_json(f"{folder}/generation_config.json",
               dict(_from_model_config=True, bos_token_id=1, eos_token_id=[2, 11, 12], pad_token_id=0))
    write_json(f"{folder}/tokenizer_config.json",
               dict(add_bos_token=False, add_eos_token=False, bos_token="<s>", clean_up_tokenization_spaces=False,
                    eos_token="<SPECIAL_12>", model_input_names=["input_ids", "attention_mask"], model_max_length=CONTEXT,
                    pad_token="<unk>", tokenizer_class="PreTrainedTokenizerFast", unk_token="<unk>"))
    shutil.copy(tokenizer_file, f"{folder}/tokenizer.json")


def write_weights(folder, checkpoint):
    state = torch.load(checkpoint, weights_only=True)["model"]
    tensors = {name: tensor.to(torch.bfloat16).contiguous() for name, tensor in sorted(state.items())}
    save_file(tensors, f"{folder}/model.safetensors", metadata={"format": "pt"})
    os.chmod(f"{folder}/model.safetensors", 0o644)
    print(f"{len(tensors)} tensors, {sum(t.numel() for t in tensors.values())} parameters, "
          f"{os.path.getsize(folder + '/model.safetensors')} bytes")


def write_questions(path):
    with open(path, "w", encoding="utf-8") as file:
        for record in held_out_questions(HELD_OUT_SEED, HELD_OUT_COUNT):
            record.pop("key")
            file.write(json.dumps(record, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    checkpoint, tokenizer_file, folder = sys.argv[1:]
    write_settings(folder, tokenizer_file)
    write_weights(folder, checkpoint)
    write_questions(os.path.join(os.path.dirname(os.path.normpath(folder)), "budget-questions.jsonl"))
