"""Which files a patch changes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardsh.agents import patches

APPLY = """\
*** Begin Patch
*** Update File: src/a b.py
@@ def f():
-x
+y
*** Update File: old.py
*** Move to: new.py
*** Delete File: gone.py
*** Add File: made.py\r
+*** Delete File: not-this.py
*** End Patch
"""
DIFF = """\
diff --git a/src/a.py b/src/a.py
--- a/src/a.py\t2026-01-01
+++ b/src/a.py\t2026-01-02
@@ -1 +1 @@
-x
+y
--- /dev/null
+++ b/made.py
--- a/gone.py
+++ /dev/null
"""


@pytest.mark.parametrize(
    ("patch", "changes"),
    [
        (
            APPLY,
            [
                ("edit", "src/a b.py"),
                ("move", "old.py"),
                ("overwrite", "new.py"),
                ("delete", "gone.py"),
                ("overwrite", "made.py"),
            ],
        ),
        (DIFF, [("edit", "src/a.py"), ("overwrite", "made.py"), ("delete", "gone.py")]),
        ("--- a\n", []),
        ("*** Add File: \n", []),
        ("", []),
    ],
)
def test_changes(patch: str, changes: list[tuple[str, str]]) -> None:
    assert patches.changes(patch) == changes


@given(st.text())
def test_any_text_has_an_answer(text: str) -> None:
    assert isinstance(patches.changes(text), list)
