"""Holds one model in vLLM, and times what it is asked for on standard input.

    python vllm_worker.py FOLDER MAXIMUM_SEQUENCES

A line `BATCH PROMPT TOKENS` generates that many tokens for a batch of random prompts; the answer is a line of JSON with
the seconds. vLLM's own output goes to standard error.
"""

import json
import os
import random
import sys
import time

MODEL_LENGTH = 1024
ANSWERS = os.fdopen(os.dup(1), "w", buffering=1)


def main():
    """Loads the model, says `ready`, and answers until standard input ends."""
    # vLLM and its processes print to file descriptor 1.
    os.dup2(2, 1)
    from vllm import LLM, SamplingParams

    model = LLM(
        model=sys.argv[1],
        skip_tokenizer_init=True,
        dtype="bfloat16",
        max_model_len=MODEL_LENGTH,
        max_num_seqs=int(sys.argv[2]),
        max_num_batched_tokens=MODEL_LENGTH,
        enable_prefix_caching=False,
        disable_log_stats=True,
    )
    words = model.llm_engine.model_config.get_vocab_size()
    print("ready", file=ANSWERS)
    for line in sys.stdin:
        batch, prompt, tokens = map(int, line.split())
        prompts = [{"prompt_token_ids": [random.randrange(words) for _ in range(prompt)]} for _ in range(batch)]
        sampling = SamplingParams(max_tokens=tokens, min_tokens=tokens, ignore_eos=True, temperature=0, detokenize=False)
        started = time.perf_counter()
        results = model.generate(prompts, sampling, use_tqdm=False)
        seconds = time.perf_counter() - started
        short = [len(result.outputs[0].token_ids) for result in results if len(result.outputs[0].token_ids) != tokens]
        if short:
            sys.exit(f"vLLM ended after {short} tokens where {tokens} were asked for.")
        print(json.dumps({"seconds": seconds}), file=ANSWERS)


if __name__ == "__main__":
    main()
