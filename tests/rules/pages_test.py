"""Pages made from rules."""

from __future__ import annotations

from guardsh.rules.loading import pack_files, read_pack
from guardsh.rules.pages import document, page
from tests.support import TOP

RULE = {
    "id": "t.rm",
    "command": ["t rm", "t del"],
    "options": {"--mode": ["hard"]},
    "score": 75,
    "exposure": True,
    "loses": "a | b <c>",
    "instead": "t list",
    "raise": [{"when": "production", "by": 10}],
    "lower": [{"flags": ["-q"], "by": 5, "why": "quiet"}],
    "catches": ["t rm x", {"run": "t rm y", "given": ["git.dirty"], "env": {"A": "1"}}],
    "spares": ["t list"],
}


def test_a_page_tells_all_of_a_rule() -> None:
    assert page(RULE, "/p/t.toml").splitlines() == [
        "t.rm  score 75",
        "would expose: a | b <c>",
        "from /p/t.toml",
        "",
        "matches when",
        "  command: t rm, t del",
        "  options: --mode = hard",
        "  +10  when production",
        "  -5  flags -q  (quiet)",
        "instead: t list",
        "",
        "catches",
        "  t rm x",
        "  t rm y  [given git.dirty; env A = 1]",
        "",
        "spares",
        "  t list",
    ]


def test_every_rule_has_a_page() -> None:
    for file in pack_files():
        for rule in read_pack(file).get("rule", ()):
            assert page(rule, file).startswith(f"{rule['id']}  score {rule['score']}\n")


def test_the_document_has_a_row_for_every_rule() -> None:
    text = document([{"pack": {"id": "t", "title": "Tools"}, "rule": [RULE]}, {"pack": {"id": "empty"}}])
    assert "\n## Tools\n" in text
    assert "| 75 e | `t.rm` | a \\| b &lt;c> |\n" in text
    assert "empty" not in text


def test_the_document_in_docs_is_as_the_packs_are() -> None:
    made = document([read_pack(file) for file in pack_files()])
    kept = (TOP / "docs" / "rules.md").read_text(encoding="utf-8")
    assert kept == made, "guardsh rules docs docs/rules.md makes it anew"
