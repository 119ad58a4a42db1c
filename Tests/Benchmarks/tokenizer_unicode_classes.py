"""Writes Sources/Tokenization/UnicodeClasses+Runs.swift: the classes of all Unicode scalars, run-length coded.

The classes are asked of the regular expression engine inside Hugging Face `tokenizers`, scalar by scalar, because that
engine cuts the text for the reference and Unicode versions differ.

Usage: python Tests/Benchmarks/tokenizer_unicode_classes.py [--check]     (needs the package `tokenizers`, 0.23.3 was used)
"""
import pathlib, re, sys
from tokenizers import Regex, pre_tokenizers

OUT = pathlib.Path(__file__).resolve().parents[2] / "Sources/Tokenization/UnicodeClasses+Runs.swift"
# In the order of precedence; the letters are those of UnicodeClasses.swift.
CLASSES = [("r", r"[\r\n]"), ("w", r"\s"), ("n", r"\p{N}"), ("m", r"\p{M}"), ("u", r"[\p{Lu}\p{Lt}]"), ("l", r"\p{Ll}"),
           ("c", r"[\p{Lm}\p{Lo}]")]
HEAD = '''// Made by Tests/Benchmarks/tokenizer_unicode_classes.py; do not edit.

extension UnicodeClasses {
    /// All scalars in order (surrogates count as `o`): r newline, w space, n number, u upper, l lower, c caseless, m mark, o other.
    static let runs: StaticString = """
'''.replace("r newline", "\n    /// r newline").replace("`o`): \n", "`o`):\n")


def members(pattern):
    """All scalars that the pattern matches."""
    split = pre_tokenizers.Split(Regex(pattern), behavior="removed", invert=True)
    scalars = [c for c in range(0x110000) if not 0xD800 <= c < 0xE000]
    found = set()
    for start in range(0, len(scalars), 4096):
        text = "".join(map(chr, scalars[start:start + 4096]))
        found.update(ord(c) for piece, _ in split.pre_tokenize_str(text) for c in piece)
    return found


def main():
    letters = ["o"] * 0x110000
    for letter, pattern in reversed(CLASSES):
        for scalar in members(pattern):
            letters[scalar] = letter
    runs = [m.group() for m in re.finditer(r"(.)\1*", "".join(letters))]
    text = "".join(run[0] + (str(len(run)) if len(run) > 1 else "") for run in runs)
    lines = re.findall(r".{1,110}", text)
    body = HEAD + "".join(f"        {line}\\\n" for line in lines[:-1]) + f"        {lines[-1]}\n" + '        """\n}\n'
    if "--check" in sys.argv:
        sys.exit(0 if OUT.read_text() == body else "UnicodeClasses+Runs.swift is out of date")
    OUT.write_text(body)
    print(f"{len(runs)} runs, {len(text)} characters")


if __name__ == "__main__":
    main()
