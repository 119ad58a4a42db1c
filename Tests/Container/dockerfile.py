"""Reads the Dockerfile: its stages, and the instructions of each."""

import dataclasses


@dataclasses.dataclass
class Instruction:
    """One instruction: its word in capitals, and the rest as one line."""

    word: str
    arguments: str


def read_stages(path):
    """The instructions of each stage, by the stage's name; each list begins with FROM."""
    stages, joined = {}, ""
    for line in path.read_text().splitlines():
        if line.lstrip().startswith("#") or not line.strip():
            continue
        joined += line.removesuffix("\\")
        if line.endswith("\\"):
            continue
        instruction = Instruction(*joined.strip().split(None, 1))
        joined = ""
        if instruction.word == "FROM":
            image, _, name = instruction.arguments.partition(" AS ")
            stages[name] = current = [Instruction("FROM", image)]
        else:
            current.append(instruction)
    return stages
