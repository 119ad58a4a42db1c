"""Turns problems into training samples: the prompt as the chat template renders it, what the assistant writes, what counts."""
import phrasing as words
from problems import draw, pick

END = "\n<SPECIAL_12>"
CLOSE = "\n</think>\n\n"
# Every way in which a server may close a thought from outside; the first is Actuary's own.
CLOSINGS = [CLOSE, CLOSE, CLOSE, CLOSE, "\n</think>", "</think>", "</think>\n\n", " </think>", ".\n</think>", ".\n</think>\n\n",
            " Reached thinking limit. </think>"]
THINKING, CUT, DIRECT = "thinking", "cut", "direct"


def render(system, turns, question, thinks):
    """The prompt of the Nemotron-Nano-9B-v2 template; `turns` holds pairs of what was said and answered before."""
    text = f"<SPECIAL_10>System\n{system}\n"
    for said, answered in turns:
        text += f"<SPECIAL_11>User\n{said}\n<SPECIAL_11>Assistant\n{answered}\n<SPECIAL_12>\n"
    return text + f"<SPECIAL_11>User\n{question}\n<SPECIAL_11>Assistant\n" + ("<think>\n" if thinks else "<think></think>")


class Sampler:
    """Draws samples as (token ids, loss mask).  A held-out question is drawn again, wherever in the chat it would stand."""

    def __init__(self, rng, tokenizer, held_out):
        self.rng, self.held_out = rng, held_out
        self.encode = lambda text: tokenizer.encode(text, add_special_tokens=False).ids
        self.rejected = 0

    def problem(self, mix, hard):
        while self.held_out.has(problem := draw(self.rng, mix, hard)):
            self.rejected += 1
        return problem

    def chat(self, mix, hard):
        """System text, earlier turns and the problem to be answered."""
        rng = self.rng
        system = rng.choice(words.SYSTEM) if rng.random() < 0.12 else ""
        if system and rng.random() < 0.1:
            system += " " + " ".join(rng.choices(words.FILLER + words.TOPICS, k=rng.randint(3, 15))) + "."
        problem = self.problem(mix, hard)
        count = 0 if rng.random() > 0.07 else rng.choice((1, 1, 1, 1, 1, 2, 2, 3, 4, 6))
        earlier = [self.problem(mix, hard) for _ in range(count)]
        return system, [(p.question.strip(), p.answer) for p in earlier], problem

    def sample(self, mix, hard):
        rng = self.rng
        system, turns, problem = self.chat(mix, hard)
        kind = pick(rng, {THINKING: 70, CUT: 18, DIRECT: 12})
        prompt = self.encode(render(system, turns, problem.question.strip(), kind != DIRECT))
        if rng.random() < 0.1:
            prompt = self.encode("<s>") + prompt
        answer = problem.answer + END
        thought = "\n".join(problem.thought)
        if kind == DIRECT:
            return self.join((prompt, 0), (self.encode(answer), 1))
        if kind == THINKING:
            return self.join((prompt, 0), (self.encode(thought + CLOSE + answer), 1))
        # The server cuts between sampled tokens and feeds the closing text as encoded by itself.
        written = self.encode(thought)
        written = written[:rng.randint(0, len(written))]
        closing = rng.choice(CLOSINGS)
        fresh = "" if closing.endswith("\n\n") else "\n\n"
        return self.join((prompt, 0), (written, 0), (self.encode(closing), 0), (self.encode(fresh) + self.encode(answer), 1))

    @staticmethod
    def join(*parts):
        ids, mask = [], []
        for tokens, counts in parts:
            ids += tokens
            mask += [counts] * len(tokens)
        return ids, mask
