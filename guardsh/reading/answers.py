"""Outputs that can be known without running anything: echo, pwd, dirname, cat of a known file, base64 -d …

Which program answers how is in the packs (`answer`); here are the ways.
"""

from __future__ import annotations

from guardsh.facts.paths import build_strength, normal
from guardsh.reading import output
from guardsh.reading.model import HOLE, MARKS, STAR, TOKEN, Origin, Value

LONGEST = 65536

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from guardsh.reading.invocation import Invocation
    from guardsh.reading.reader import Call, Reader

    Answer = Callable[[Reader, Call, Invocation], "Value | None"]


def answer(way: str, reader: Reader, call: Call, invocation: Invocation) -> Value | None:
    """The output of a program that answers in this way; None if it isn't known."""
    made = WAYS[way](reader, call, invocation)
    return made.but(text=made.text[:LONGEST]) if made is not None else None


def _joined(values: list[Value], by: str = " ") -> Value:
    origins = tuple(dict.fromkeys(origin for value in values for origin in value.origins))
    return Value(by.join(value.text for value in values), values[0].span if values else (0, 0), origins)


def echo(reader: Reader, call: Call, invocation: Invocation) -> Value:
    """echo [-neE] words; a shell other than bash decodes escapes without -e too"""
    words, flags = list(call.words[1:]), ""
    while words and words[0].text[:1] == "-" and len(words[0].text) > 1 and not words[0].text[1:].strip("neE"):
        flags += words.pop(0).text[1:]
    value = _joined(words)
    text, ends = value.text, "n" in flags
    if "\\" in text:
        decodes = "e" in flags and "E" not in flags.rpartition("e")[2]
        decoded, cut = unescaped(text)
        if decodes:
            text, ends = decoded, ends or cut
        elif decoded != text and not flags:
            both = tuple(dict.fromkeys((text + "\n", decoded + "\n")))
            return value.but(text=HOLE, options=both)
    return value.but(text=text if ends else text + "\n")


def unescaped(text: str) -> tuple[str, bool]:
    """The text with the escapes of echo -e and printf %b decoded (octal is \\0nnn), and whether \\c ended it."""
    import re

    text, cut, _ = text.partition("\\c") if re.search(r"(?<!\\)(?:\\\\)*\\c", text) else (text, "", "")
    text = re.sub(r"\\0([0-7]{1,3})", r"\\\1", text)
    try:
        return decoded_with_nul(text), bool(cut)
    except ValueError:
        return HOLE, bool(cut)


def decoded_with_nul(text: str) -> str:
    """Escapes decoded; unlike in $'…', a NUL doesn't end the text. Raises ValueError for what is no character."""
    import re

    from guardsh.syntax import ansi

    return "\0".join(map(ansi.decode, re.split(r"(?<!\\)\\(?:0{1,3}(?![0-7])|x0{1,2}(?![0-9a-fA-F]))", text)))


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
    text, origins = "", list(form.origins)
    pending = list(rest)
    try:
        template = decoded_with_nul(form.text)
    except ValueError:
        template = HOLE
    for _round in range(2 + len(rest)):
        used, place = 0, 0
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
            start = place
            while place < len(template) and template[place] in "-+ #0123456789.'*lhjzt":
                place += 1
            options, conversion = template[start:place], template[place : place + 1]
            place += 1
            if conversion == "(":
                place = template.find("T", place) + 1 or len(template)
                conversion = "T"
            for _ in range(options.count("*")):
                width = pending.pop(0).text if pending else "0"
                options = options.replace("*", width if width.lstrip("-").isdigit() else "", 1)
            item = pending.pop(0) if pending else Value("")
            used += 1
            origins += item.origins
            text += _converted(item.text, options, conversion)
        if not pending or not used or len(text) > LONGEST:
            break
    return Value(text[:LONGEST], form.span, tuple(dict.fromkeys(origins)))


def _converted(text: str, options: str, conversion: str) -> str:
    """One word through one conversion of printf."""
    known = not any(mark in text for mark in MARKS)
    if conversion in "sbcqQ":
        if conversion == "b":
            text = unescaped(text)[0]
        if conversion == "c":
            return text[:1]
        if conversion in "qQ" and known:
            from guardsh.reading.quoting import quoted

            return quoted(text)
        options = options.strip("lhjzt#0'")
        return text if not options or not known else _sized(text, options)
    if conversion in "dioxXu" and known:
        return _numbered(text, options, conversion)
    return TOKEN


def _sized(text: str, options: str) -> str:
    """%10s, %-10s, %.3s"""
    width, _, precision = options.lstrip("+ ").partition(".")
    if precision.isdigit() or "." in options:
        text = text[: int(precision or "0")] if (precision or "0").isdigit() else text
    if width.lstrip("-").isdigit():
        size = min(int(width.lstrip("-")), 4096)
        text = text.ljust(size) if width.startswith("-") else text.rjust(size)
    return text


def _numbered(text: str, options: str, conversion: str) -> str:
    """%d, %x, %o of a number as printf reads it: decimal, 0x…, 0…, or 'c for the code of a character."""
    text = text.strip() or "0"
    try:
        if text[0] in "'\"":
            number = ord(text[1])
        else:
            number = int(text, 16 if text.lower().startswith("0x") else 8 if text.startswith("0") and len(text) > 1 else 10)
        options = options.strip("lhjzt'")
        return f"%{options}{'d' if conversion in 'iu' else conversion}" % number if len(options) < 6 else TOKEN
    except (ValueError, IndexError):
        return TOKEN


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
    operands = list(invocation.operands)
    if not operands:
        return call.stdin
    values = []
    for operand in operands[:64]:
        if operand.text in ("-", "/dev/stdin", "/dev/fd/0"):
            values += [call.stdin] if call.stdin is not None else [Value(HOLE, origins=(Origin("input", "stdin"),))]
            continue
        values += [reader.from_file(operand.but(text=name), call.state) for name in operand.matches or (operand.text,)]
    if len(values) > 1 and any(value.text.strip(HOLE) or value.options for value in values):
        values = [reader.content(value, call.state) for value in values]
    return output.together(values)


def copied(reader: Reader, call: Call, invocation: Invocation) -> Value | None:
    """tee: what it reads goes on, and into its files"""
    stdin = call.stdin if call.stdin is not None else Value(HOLE, origins=(Origin("input", "stdin"),))
    for operand in invocation.operands:
        append = invocation.has("-a") or invocation.has("--append")
        reader.write(reader.path(operand.text, call.state), stdin, call.state, append=append)
    return stdin


def items(reader: Reader, call: Call, invocation: Invocation) -> Value | None:
    """xargs without a command: its input as one line"""
    if invocation.operands or call.stdin is None:
        return None
    return output.changed(reader.content(call.stdin, call.state), lambda text: " ".join(text.split()) + "\n")


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
        if source.options:
            return output.any_of([_decoded(reader, call.but(stdin=one), invocation, decode) for one in output.variants(source)])
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
    if source.options and not any(HOLE in text for text in source.options):
        return output.changed(source, change)
    return source.but(text=change(source.text)) if source.known else None


_UNLIKE = ("-v", "--invert-match", "-o", "--only-matching", "-c", "--count", "-f", "--file")


def matched(reader: Reader, call: Call, invocation: Invocation) -> Value | None:
    """grep: of the paths that find comes upon, those with names of build output that its pattern spells out; else None"""
    stdin = call.stdin
    lines = stdin.text.split() if stdin is not None else []
    if stdin is None or not lines or any(STAR not in line or HOLE in line for line in lines):
        return None
    given = [*invocation.values("-e"), *invocation.values("--regexp")] or list(invocation.operands[:1])
    if not given or not all(value.known for value in given) or any(invocation.has(option) for option in _UNLIKE):
        return None
    names = [_named(part) for value in given for part in value.text.replace("\\|", "|").strip("()").split("|")]
    if not all(names):
        return None
    starts = dict.fromkeys(line.partition(STAR)[0] for line in lines)
    found = [f"{start}{STAR}/{name}" for start in starts for name in names]
    state, home = call.state, call.state.home
    sure = all(build_strength(path, directory=state.directory, home=home, project="") == "sure" for path in found)
    return Value("\n".join(found) + "\n", origins=stdin.origins) if sure else None


def _named(part: str) -> str:
    """The name, with stars, that one alternative of a regular expression asks for; "" if it isn't as simple as that."""
    name = part.strip("()").removeprefix("^").removeprefix("./").removeprefix("/").removesuffix("$").removesuffix("/")
    suffix = name.startswith("\\.")
    name = name.replace("\\.", ".")
    plain = name.replace(".", "").replace("_", "").replace("-", "").isalnum()
    return (STAR if suffix else "") + name if plain else ""


WAYS: dict[str, Answer] = {
    "echo": echo,
    "printf": printf,
    "directory": directory,
    "dirname": dirname,
    "basename": basename,
    "content": content,
    "copied": copied,
    "items": items,
    "absolute": absolute,
    "located": located,
    "repository": repository,
    "temporary": temporary,
    "base64": base64,
    "base32": base32,
    "hexadecimal": hexadecimal,
    "reverse": reverse,
    "translated": translated,
    "matched": matched,
}
