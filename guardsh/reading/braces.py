"""Brace expansion (bash manual, 3.5.1): done on the parts of a word, before any other expansion."""

from __future__ import annotations

from guardsh.syntax import nodes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Union

    Atom = Union[str, "nodes.Part"]  # one unquoted character, or a part that is taken as it stands

LIMIT = 512  # words from one word


class TooManyWords(Exception):
    """The expansion is larger than LIMIT."""


def expand(parts: tuple[nodes.Part, ...]) -> list[tuple[nodes.Part, ...]]:
    """The words that one word becomes, in order; the word itself if it holds no braces. Raises TooManyWords."""
    if not any(isinstance(part, nodes.Literal) and not part.quoted and "{" in part.text for part in parts):
        return [parts]
    atoms: list[Atom] = []
    for part in parts:
        if isinstance(part, nodes.Literal) and not part.quoted:
            atoms.extend(part.text)
        else:
            atoms.append(part)
    span = (parts[0].span[0], parts[-1].span[1])
    return [_parts(word, span) for word in _expand(atoms)]


def _parts(atoms: list[Atom], span: tuple[int, int]) -> tuple[nodes.Part, ...]:
    made: list[nodes.Part] = []
    text = ""
    for atom in atoms:
        if isinstance(atom, str):
            text += atom
            continue
        if text:
            made.append(nodes.Literal(span, text))
            text = ""
        made.append(atom)
    if text or not made:
        made.append(nodes.Literal(span, text))
    return tuple(made)


def _expand(atoms: list[Atom]) -> list[list[Atom]]:
    for start, atom in enumerate(atoms):
        if atom != "{":
            continue
        inside = _inside(atoms, start)
        if inside is None:
            continue
        end, choices = inside
        tails = _expand(atoms[end + 1 :])
        made = [atoms[:start] + middle + tail for choice in choices for middle in choice for tail in tails]
        if len(made) > LIMIT:
            raise TooManyWords
        return made
    return [atoms]


def _inside(atoms: list[Atom], start: int) -> tuple[int, list[list[list[Atom]]]] | None:
    """The closing brace of the one at `start` and the expansions of what it chooses from; None if it is no expansion."""
    depth, commas = 0, [start]
    for place in range(start + 1, len(atoms)):
        atom = atoms[place]
        if atom == "{":
            depth += 1
        elif atom == "}":
            if depth == 0:
                commas.append(place)
                break
            depth -= 1
        elif atom == "," and depth == 0:
            commas.append(place)
    else:
        return None
    if len(commas) > 2:
        return commas[-1], [_expand(atoms[a + 1 : b]) for a, b in zip(commas, commas[1:])]
    sequence = _sequence(atoms[start + 1 : commas[-1]])
    return (commas[-1], sequence) if sequence else None


def _sequence(atoms: list[Atom]) -> list[list[list[Atom]]] | None:
    """{a..b[..step]} of integers or single letters."""
    if not all(isinstance(atom, str) for atom in atoms):
        return None
    bounds = "".join(str(atom) for atom in atoms).split("..")
    if len(bounds) not in (2, 3):
        return None
    first, last, step = bounds[0], bounds[1], bounds[2] if len(bounds) == 3 else ""
    try:
        stride = abs(int(step)) if step else 1
        if len(first) == len(last) == 1 and first.isascii() and first.isalpha() and last.isalpha():
            return [[[chr(number)]] for number in _range(ord(first), ord(last), stride)]
        width = max(len(first.lstrip("-")), len(last.lstrip("-"))) if _padded(first) or _padded(last) else 0
        numbers = _range(int(first), int(last), stride)
    except ValueError:
        return None
    return [[list(f"{number:0{width + (number < 0)}d}")] for number in numbers]


def _padded(number: str) -> bool:
    digits = number.lstrip("-")
    return len(digits) > 1 and digits[0] == "0"


def _range(first: int, last: int, stride: int) -> range:
    stride = stride or 1
    if abs(last - first) // stride >= LIMIT:
        raise TooManyWords
    return range(first, last + 1, stride) if first <= last else range(first, last - 1, -stride)
