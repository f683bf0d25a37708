"""Outputs that can be known without running anything: echo, pwd, dirname, cat of a known file, base64 -d …

Which program answers how is in the packs (`answer`); here are the ways.
"""

from __future__ import annotations

from guardsh.facts.paths import normal
from guardsh.reading.model import HOLE, TOKEN, Origin, Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from guardsh.reading.invocation import Invocation
    from guardsh.reading.reader import Call, Reader

    Answer = Callable[[Reader, Call, Invocation], "Value | None"]


def answer(way: str, reader: Reader, call: Call, invocation: Invocation) -> Value | None:
    """The output of a program that answers in this way; None if it isn't known."""
    made = WAYS[way](reader, call, invocation)
    return made.but(text=made.text[:65536]) if made is not None else None


def _joined(values: list[Value], by: str = " ") -> Value:
    origins = tuple(dict.fromkeys(origin for value in values for origin in value.origins))
    return Value(by.join(value.text for value in values), values[0].span if values else (0, 0), origins)


def echo(reader: Reader, call: Call, invocation: Invocation) -> Value:
    """echo [-neE] words"""
    words, flags = list(call.words[1:]), ""
    while words and words[0].text.startswith("-") and len(words[0].text) > 1 and not words[0].text.strip("-neE"):
        flags += words.pop(0).text[1:]
    value = _joined(words)
    text = value.text
    if "e" in flags and "E" not in flags.rpartition("e")[2]:
        from guardsh.syntax import ansi

        text = ansi.decode(text)
    return value.but(text=text if "n" in flags else text + "\n")


def printf(reader: Reader, call: Call, invocation: Invocation) -> Value | None:
    """printf format words: %s and %d filled in, %b with its escapes, repeated while words are left"""
    words = list(call.words[1:])
    if words and words[0].text == "-v":
        words = words[2:]
    if words and words[0].text == "--":
        words = words[1:]
    if not words:
        return Value("")
    form, rest = words[0], words[1:]
    return formatted(form, rest)


def formatted(form: Value, rest: list[Value]) -> Value:
    """The text that printf makes of a format and its words."""
    from guardsh.syntax import ansi

    text, origins = "", list(form.origins)
    pending = list(rest)
    for _round in range(64):
        used, place = 0, 0
        template = ansi.decode(form.text)
        while place < len(template):
            sign = template[place]
            place += 1
            if sign != "%":
                text += sign
                continue
            if template[place : place + 1] == "%":
                text += "%"
                place += 1
                continue
            while place < len(template) and template[place] in "-+ #0123456789.'*lhjzt":
                place += 1
            conversion = template[place : place + 1]
            place += 1
            if conversion == "(":
                place = template.find("T", place) + 1 or len(template)
                text += TOKEN
                continue
            item = pending.pop(0) if pending else Value("")
            used += 1
            origins += item.origins
            text += ansi.decode(item.text) if conversion == "b" else item.text if conversion in "sqd" else TOKEN
        if not pending or not used:
            break
    return Value(text, form.span, tuple(dict.fromkeys(origins)))


def directory(reader: Reader, call: Call, invocation: Invocation) -> Value:
    """pwd"""
    return Value(call.state.directory + "\n")


def dirname(reader: Reader, call: Call, invocation: Invocation) -> Value | None:
    """dirname path"""
    operands = invocation.operands
    if not operands:
        return None
    head, slash, tail = operands[0].text.rstrip("/").rpartition("/")
    if HOLE in tail:
        return operands[0].but(text=HOLE if not slash else head + "/" + HOLE)
    if not slash and operands[0].text == TOKEN:
        return operands[0].but(text=call.state.directory + "\n")  # dirname "$0": beside the script, at most
    return operands[0].but(text=(head or "/" if slash else ".") + "\n")


def basename(reader: Reader, call: Call, invocation: Invocation) -> Value | None:
    """basename path [suffix]"""
    operands = invocation.operands
    if not operands:
        return None
    text = operands[0].text.rstrip("/").rpartition("/")[2]
    if len(operands) > 1 and operands[1].known:
        text = text.removesuffix(operands[1].text)
    return operands[0].but(text=text.replace(HOLE, TOKEN) + "\n")


def content(reader: Reader, call: Call, invocation: Invocation) -> Value | None:
    """cat: its files, or what it reads"""
    operands = [operand for operand in invocation.operands if operand.text != "-"]
    if not operands:
        return call.stdin
    values = []
    for operand in operands[:16]:
        path = normal(operand.text, call.state.directory, call.state.home)
        written = call.state.files.get(path)
        values.append(written if written is not None else Value(HOLE, operand.span, (Origin("file", path),)))
    return values[0] if len(values) == 1 else _joined(values, "")


def copied(reader: Reader, call: Call, invocation: Invocation) -> Value | None:
    """tee: what it reads goes on, and into its files"""
    stdin = call.stdin if call.stdin is not None else Value(HOLE, origins=(Origin("input", "stdin"),))
    for operand in invocation.operands:
        call.state.files[normal(operand.text, call.state.directory, call.state.home)] = stdin
    return stdin


def absolute(reader: Reader, call: Call, invocation: Invocation) -> Value | None:
    """realpath, readlink -f"""
    if not invocation.operands:
        return None
    operand = invocation.operands[-1]
    path = normal(operand.text, call.state.directory, call.state.home)
    return operand.but(text=(path if HOLE in path else reader.world.resolve(path)) + "\n")


def located(reader: Reader, call: Call, invocation: Invocation) -> Value | None:
    """which, command -v: some path that ends in the name"""
    if not invocation.operands:
        return None
    operand = invocation.operands[0]
    return operand.but(text="/usr/bin/" + operand.text.rsplit("/", 1)[-1] + "\n")


def repository(reader: Reader, call: Call, invocation: Invocation) -> Value | None:
    """git rev-parse --show-toplevel"""
    if invocation.has("--show-toplevel"):
        return Value(reader.world.project(invocation.command.directory) + "\n")
    return Value(TOKEN, origins=(Origin("output", "git"),))


def temporary(reader: Reader, call: Call, invocation: Invocation) -> Value | None:
    """mktemp: a new path below a temporary directory, or what its template says"""
    base = next((value.text for name in ("-p", "--tmpdir") for value in invocation.values(name)), "/tmp")
    template = invocation.operands[0].text if invocation.operands else "tmp.XXXXXXXXXX"
    stem, _, suffix = template.rpartition("XXX")
    text = stem.rstrip("X") + TOKEN + suffix
    if "/" not in template or invocation.has("-p") or invocation.has("--tmpdir") or invocation.has("-t"):
        text = base.rstrip("/") + "/" + text
    path = normal(text, call.state.directory, call.state.home)
    call.state.made[path] = max(len(reader.invocations) - 1, 0)
    return Value(path + "\n", origins=(Origin("temporary"),))


def base64(reader: Reader, call: Call, invocation: Invocation) -> Value | None:
    """base64 -d of known text, decoded; of unknown text, unknown and decoded"""
    if not any(invocation.has(option) for option in ("-d", "-D", "--decode")):
        return _through(reader, call, invocation, lambda text: __import__("base64").b64encode(text.encode()).decode() + "\n")
    return _decoded(reader, call, invocation, lambda text: _b64(text))


def base32(reader: Reader, call: Call, invocation: Invocation) -> Value | None:
    """base32 -d"""
    import base64 as codec

    return _decoded(reader, call, invocation, lambda text: codec.b32decode("".join(text.split())).decode())


def hexadecimal(reader: Reader, call: Call, invocation: Invocation) -> Value | None:
    """xxd -r -p"""
    if not invocation.has("-r"):
        return None
    return _decoded(reader, call, invocation, lambda text: bytes.fromhex("".join(text.split())).decode())


def reverse(reader: Reader, call: Call, invocation: Invocation) -> Value | None:
    """rev"""
    return _through(reader, call, invocation, lambda text: "\n".join(line[::-1] for line in text.split("\n")))


def translated(reader: Reader, call: Call, invocation: Invocation) -> Value | None:
    """tr SET1 SET2, and tr -d SET1, of known text"""
    operands = [operand.text for operand in invocation.operands]
    if not operands or any(not operand.known for operand in invocation.operands):
        return None
    first = _set(operands[0])
    if invocation.has("-d"):
        return _through(reader, call, invocation, lambda text: "".join(s for s in text if s not in first))
    if len(operands) < 2 or any(invocation.has(option) for option in ("-c", "-C", "-s")):
        return None
    second = _set(operands[1])
    if not second:
        return None
    table = {ord(sign): second[min(place, len(second) - 1)] for place, sign in reversed(list(enumerate(first)))}
    return _through(reader, call, invocation, lambda text: text.translate(table))


def _set(text: str) -> str:
    from guardsh.syntax import ansi

    text = ansi.decode(text)
    for name, signs in (("[:upper:]", "A-Z"), ("[:lower:]", "a-z"), ("[:digit:]", "0-9"), ("[:space:]", " \t\n"), ("[:blank:]", " \t")):
        text = text.replace(name, signs)
    made, place = "", 0
    while place < len(text):
        if text[place + 1 : place + 2] == "-" and place + 2 < len(text):
            made += "".join(map(chr, range(ord(text[place]), ord(text[place + 2]) + 1)))
            place += 3
        else:
            made += text[place]
            place += 1
    return made[:4096]


def _b64(text: str) -> str:
    import base64 as codec

    compact = "".join(text.split())
    return codec.b64decode(compact + "=" * (-len(compact) % 4)).decode()


def _decoded(reader: Reader, call: Call, invocation: Invocation, decode: Callable[[str], str]) -> Value:
    """Known text decoded; else unknown, and of decoded origin."""
    source = content(reader, call, invocation)
    if source is not None:
        source = reader.content(source, call.state)
        if source.known and source.text.strip():  # nobody decodes nothing: a variable that isn't set here was meant
            try:
                return source.but(text=decode(source.text))
            except (ValueError, UnicodeDecodeError):
                pass
    origins = source.origins if source is not None else ()
    return Value(HOLE, origins=(Origin("decoded", invocation.command.name), *origins))


def _through(reader: Reader, call: Call, invocation: Invocation, change: Callable[[str], str]) -> Value | None:
    """Known input changed; None where it isn't known, so that the described origin counts."""
    if call.stdin is None:
        return None
    source = reader.content(call.stdin, call.state)
    return source.but(text=change(source.text)) if source.known else None


WAYS: dict[str, Answer] = {
    "echo": echo,
    "printf": printf,
    "directory": directory,
    "dirname": dirname,
    "basename": basename,
    "content": content,
    "copied": copied,
    "absolute": absolute,
    "located": located,
    "repository": repository,
    "temporary": temporary,
    "base64": base64,
    "base32": base32,
    "hexadecimal": hexadecimal,
    "reverse": reverse,
    "translated": translated,
}
