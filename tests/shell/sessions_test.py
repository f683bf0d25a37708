from __future__ import annotations

import pytest

from guardsh.shell import sessions


def test_the_session_that_an_agent_names() -> None:
    assert sessions.name_in({"CODEX_THREAD_ID": "a"}) == "a"
    assert sessions.name_in({"CLAUDE_CODE_SESSION_ID": "", "AMP_CURRENT_THREAD_ID": "b"}) == "b"
    assert sessions.name_in({"CLAUDECODE": "1", "HOME": "/home/u"}) == ""


def test_without_a_session_there_is_no_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in sessions.VARIABLES:
        monkeypatch.delenv(variable, raising=False)
    assert sessions.current() is None
