"""The program behind the front doors: an isolated Python finds guardsh by the folders it is given, and nothing else.

    python -I -S door.py FOLDERS ARGUMENTS…

is `guardsh ARGUMENTS…` with FOLDERS (separated by colons) to import from. Neither PYTHONPATH nor the working directory
nor a .pth file has a say. If guardsh can't be loaded, nothing runs: exit status 126.
"""

import sys

BLOCKED = 126


def main() -> int:
    folders, *arguments = sys.argv[1:]
    sys.path += folders.split(":")
    sys.argv = ["guardsh", *arguments]
    try:
        from guardsh.__main__ import main as start
    except Exception as problem:
        sys.stderr.write(
            f"guardsh: BLOCKED, nothing ran: guardsh can't be loaded ({type(problem).__name__}: {problem})\n"
            "  Tell your user: install guardsh again, then run guardsh doctor.\n"
        )
        return BLOCKED
    return start()


if __name__ == "__main__":
    sys.exit(main())
