"""Amp's plugin. Source: ampcode.com/manual/plugin-api."""

from __future__ import annotations

from guardsh.agents.amp import HARMLESS
from guardsh.agents.setups import OwnProgram

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

# The first line is one that Amp has required of plugins. The rest is JavaScript, which is TypeScript too.
_PLUGIN = """\
// @i-know-the-amp-plugin-api-is-wip-and-very-experimental-right-now
// guardsh's hook, written by `guardsh install amp`; `guardsh uninstall amp` takes it away.
// Every tool that may change something is judged first; whatever goes wrong rejects the call.
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

export default function (amp) {
  amp.on("tool.call", async (event) => {
    let reason;
    try {
      if (harmless.has(event.tool)) return { action: "allow" };
      const call = amp.helpers.shellCommandFromToolCall(event);
      const payload = {
        tool: event.tool, input: event.input ?? {}, directory: process.cwd(), thread: event.thread?.id ?? "",
      };
      if (call?.command) payload.command = call.command;
      if (call?.dir) payload.input = { ...payload.input, dir: call.dir };
      reason = await judged(payload);
    } catch (problem) {
      reason = `guardsh failed (${problem?.name})`;
    }
    if (!reason) return { action: "allow" };
    const message = reason.startsWith("guardsh:") ? reason : `guardsh: BLOCKED, nothing ran: ${reason}`;
    return { action: "reject-and-continue", message };
  });
}
"""


class Amp(OwnProgram):
    """A plugin file that Amp loads at its start."""

    NAME = HOOK = "amp"
    PROGRAM = "amp"
    USER = ".config/amp/plugins/guardsh.ts"
    SHELL_EVENT = "tool.call"
    EVENTS = ((SHELL_EVENT, ""),)
    TEMPLATE = _PLUGIN.replace("HARMLESS", str(list(HARMLESS)).replace("'", '"'))
    AFTERWARDS = "start Amp anew, or run its command plugins: reload; PLUGINS=off leaves plugins out"

    def payload(self, directory: str, command: str) -> dict[str, Any]:
        return {
            "tool": "Bash",
            "input": {"cmd": command},
            "command": command,
            "directory": directory,
            "thread": "guardsh-doctor",
        }


SETUP = Amp()
