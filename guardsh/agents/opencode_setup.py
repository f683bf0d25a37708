"""OpenCode's plugin. Source: @opencode-ai/plugin, checked on OpenCode 1.18."""

from __future__ import annotations

from guardsh.agents.opencode import HARMLESS
from guardsh.agents.setups import OwnProgram

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_PLUGIN = """\
// guardsh's hook, written by `guardsh install opencode`; `guardsh uninstall opencode` takes it away.
// Every tool that may change something is judged first; whatever goes wrong stops the tool.
import { spawn } from "node:child_process";

const argv = ARGV;
const harmless = new Set(HARMLESS);

function judged(payload) {
  return new Promise((resolve) => {
    const said = [];
    let done = false;
    const answer = (reason) => { if (!done) { done = true; clearTimeout(timer); resolve(reason); } };
    const timer = setTimeout(() => { child.kill("SIGKILL"); answer("guardsh took too long"); }, MILLISECONDS);
    const child = spawn(argv[0], argv.slice(1), { stdio: ["pipe", "ignore", "pipe"] });
    child.on("error", (problem) => answer(`guardsh can't be started (${problem.code})`));
    child.stdin.on("error", () => {});
    child.stderr.on("data", (part) => said.push(part));
    child.on("close", (status) => {
      answer(status === 0 ? "" : Buffer.concat(said).toString("utf8").trim() || "guardsh couldn't decide");
    });
    child.stdin.end(JSON.stringify(payload));
  });
}

export const Guardsh = async ({ directory }) => ({
  "tool.execute.before": async (input, output) => {
    if (harmless.has(input.tool)) return;
    const payload = { tool: input.tool, args: output.args ?? {}, directory, session: input.sessionID ?? "" };
    const reason = await judged(payload);
    if (reason) throw new Error(reason.startsWith("guardsh:") ? reason : `guardsh: BLOCKED, nothing ran: ${reason}`);
  },
  "tool.execute.after": async (input, output) => {
    if (!["write", "edit", "multiedit", "patch", "apply_patch"].includes(input.tool) || !input.args) return;
    await judged({ tool: input.tool, args: input.args, directory, session: input.sessionID ?? "", after: true });
  },
});
"""


class OpenCode(OwnProgram):
    """A plugin file that OpenCode loads at its start."""

    NAME = HOOK = "opencode"
    PROGRAM = "opencode"
    USER, PROJECT = ".config/opencode/plugin/guardsh.js", ".opencode/plugin/guardsh.js"
    SHELL_EVENT = "tool.execute.before"
    EVENTS = ((SHELL_EVENT, ""),)
    TEMPLATE = _PLUGIN.replace("HARMLESS", str(list(HARMLESS)).replace("'", '"'))
    AFTERWARDS = "start OpenCode anew; --pure and OPENCODE_PURE=1 leave plugins out"

    def payload(self, directory: str, command: str) -> dict[str, Any]:
        return {
            "tool": "bash",
            "args": {"command": command},
            "directory": directory,
            "session": "guardsh-doctor",
        }


SETUP = OpenCode()
