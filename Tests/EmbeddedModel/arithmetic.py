"""Worked steps of written arithmetic, one short line per step.

Every function returns the lines of a thought.  The text after the last `:` of a line is the result so far, so that the
end of a line always shows what has been worked out, and a thought that is cut short has kept its progress.
"""


def add_steps(a, b):
    """Column addition from the right: `8+5=13:3`, then `4+7+1=12:23`."""
    left, right = str(a)[::-1], str(b)[::-1]
    width, carry, done, lines = max(len(left), len(right)), 0, "", []
    for column in range(width):
        terms = [digits[column] for digits in (left, right) if column < len(digits)]
        if carry:
            terms.append("1")
        total = sum(map(int, terms))
        carry = total // 10
        done = (str(total) if column == width - 1 else str(total % 10)) + done
        lines.append(f"{'+'.join(terms)}={total}:{done}")
    return lines


def sub_steps(a, b):
    """Column subtraction for a >= b; a column too small borrows ten from the next: `15-8=7:7`, then `3-2-1=0:07`."""
    top, bottom = str(a)[::-1], str(b)[::-1]
    borrow, done, lines = 0, "", []
    for column in range(len(top)):
        digit = int(top[column])
        taken = int(bottom[column]) if column < len(bottom) else 0
        tens = 10 if digit < taken + borrow else 0
        terms = [str(digit + tens)]
        if column < len(bottom):
            terms.append(str(taken))
        if borrow:
            terms.append("1")
        rest = digit + tens - taken - borrow
        borrow = 1 if tens else 0
        done = str(rest) + done
        if column == len(top) - 1:
            done = str(int(done))
        lines.append(f"{'-'.join(terms)}={rest}:{done}")
    return lines


def digit_product_steps(a, digit):
    """A number times one digit.  Product and carry are separate sums: `7*9=63+2=65:65`."""
    digits, carry, done, lines = str(a)[::-1], 0, "", []
    for column, figure in enumerate(digits):
        product = int(figure) * digit
        total = product + carry
        step = f"{figure}*{digit}={product}" + (f"+{carry}={total}" if carry else "")
        carry = total // 10
        is_last = column == len(digits) - 1
        done = (str(total) if is_last else str(total % 10)) + done
        if is_last:
            done = str(int(done))
        lines.append(f"{step}:{done}")
    return lines


def mul_steps(a, b):
    """A product without its first line; two digits on the right give two products and their sum."""
    if b < 10:
        return digit_product_steps(a, b)
    units, tens = b % 10, b // 10
    lines = [f"{a}*{units}"] + digit_product_steps(a, units)
    lines += [f"{a}*{tens}"] + digit_product_steps(a, tens)
    low, high = a * units, a * tens * 10
    return lines + [f"{low}+{high}"] + add_steps(low, high)


def binary_lines(a, sign, b):
    """The operation itself and its steps."""
    if sign == "-" and a < b:
        return [f"{a}-{b}", f"{b}-{a}"] + sub_steps(b, a)
    steps = {"+": add_steps, "-": sub_steps, "*": mul_steps}[sign]
    return [f"{a}{sign}{b}"] + steps(a, b)


def chain_lines(first, rest):
    """A sum of several terms, taken from the left; `rest` holds pairs of sign and number."""
    lines = [str(first) + "".join(f"{sign}{value}" for sign, value in rest)]
    total = first
    for sign, value in rest:
        lines += binary_lines(total, sign, value)
        total = total + value if sign == "+" else total - value
    return lines, total


def sort_lines(numbers, descending):
    """Selection sort with every comparison written out; the chosen number stands before `:`, the others behind it."""
    rest = list(numbers)
    lines = [("down " if descending else "up ") + " ".join(map(str, rest))]
    while len(rest) > 1:
        best, comparisons = rest[0], []
        for value in rest[1:]:
            comparisons.append(f"{best}{'<' if best < value else '>'}{value}")
            best = max(best, value) if descending else min(best, value)
        rest.remove(best)
        lines += [" ".join(comparisons), f"{best}: " + " ".join(map(str, rest))]
    return lines


def extreme_lines(numbers, largest):
    """The running best of a few numbers: `31<52:52`."""
    lines, best = [("largest " if largest else "smallest ") + " ".join(map(str, numbers))], numbers[0]
    for value in numbers[1:]:
        sign = "<" if best < value else ">"
        following = max(best, value) if largest else min(best, value)
        lines.append(f"{best}{sign}{value}:{following}")
        best = following
    return lines, best
