"""What commands write, put together: in sequence, as one of several, again and again."""

from __future__ import annotations

from guardsh.reading.model import HOLE, Origin, Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

NOTHING = Value("")
LONGEST = 65536
NAMES = 256  # that a glob is replaced by
OPTIONS = 24  # texts of one output that are told apart


def together(outputs: list[Value]) -> Value:
    """One output after the other."""
    if len(outputs) == 1:
        return outputs[0]
    outputs = [output for output in outputs if output.text]
    if len(outputs) < 2:
        return outputs[0] if outputs else NOTHING
    if not any(output.options for output in outputs):
        return Value("".join(output.text for output in outputs)[:LONGEST], origins=_origins(outputs))
    texts = [""]
    for output in outputs:
        texts = [text + other for text in texts for other in output.options or (output.text,)][:OPTIONS]
    return Value(HOLE, origins=_origins(outputs), options=tuple(dict.fromkeys(text[:LONGEST] for text in texts)))


def any_of(outputs: Sequence[Value]) -> Value:
    """One of several outputs: where they differ, each stays as an option."""
    if len(outputs) == 1:
        return outputs[0]
    texts = dict.fromkeys(text for output in outputs for text in output.options or (output.text,))
    if len(texts) == 1:
        return outputs[0].but(origins=_origins(outputs))
    return Value(HOLE, origins=_origins(outputs) or (Origin("output", "if"),), options=tuple(texts)[:OPTIONS] if len(texts) <= OPTIONS else (*list(texts)[: OPTIONS - 1], HOLE))


def repeated(outputs: Sequence[Value]) -> Value:
    """What a loop writes: its body's output again and again; each turn's output is an option."""
    made = any_of(outputs) if outputs else NOTHING
    if not made.text:
        return NOTHING
    texts = [*(made.options or (made.text,))]
    if HOLE not in texts:
        texts.append(HOLE)
    return Value(HOLE, origins=(Origin("output", "loop"), *made.origins), options=tuple(texts))


def changed(value: Value, change: Callable[[str], str]) -> Value:
    """The value with each text that it may have changed."""
    if value.options:
        return value.but(options=tuple(change(text) for text in value.options))
    return value.but(text=change(value.text))


def variants(value: Value) -> list[Value]:
    """The value once for each text that it may have."""
    if not value.options:
        return [value]
    return [value.but(text=text, options=()) for text in value.options]


def named(values: Iterable[Value]) -> tuple[Value, ...]:
    """Words one by one: a glob that matches files now stands for their names."""
    found: list[Value] = []
    for value in values:
        if value.matches and len(value.matches) <= NAMES:
            found += [value.but(text=name, matches=()) for name in value.matches]
        else:
            found.append(value)
    return tuple(found)


def _origins(outputs: Iterable[Value]) -> tuple[Origin, ...]:
    return tuple(dict.fromkeys(origin for output in outputs for origin in output.origins))
