"""Start-up code for interactive shells: what a person, or an agent on a terminal, types is judged at Enter, as a whole.

bash: Enter is a macro of two keys, one that has the line judged and one that accepts it. A line that is stopped is
replaced by ` guardsh-stopped`, which ends with status 126, and stays in the history. A DEBUG trap is the backstop for
what reached bash without Enter: edit-and-execute-command, operate-and-get-next, another Enter binding.

zsh: the widget accept-line is replaced.

Sources: bash manual, 8.3 (readline), 4.2 (bind), 5.2 (PS0, PROMPT_COMMAND); zshzle(1).
"""

from __future__ import annotations

from guardsh import places
from guardsh.shell.doors import quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

_BASH = r"""# guardsh for an interactive bash: eval "$(guardsh init bash)", at the end of ~/.bashrc.
if [[ $- == *i* ]] && (( BASH_VERSINFO[0] * 100 + BASH_VERSINFO[1] < 404 )); then
echo "guardsh: WARNING: this bash is older than 4.4, so what is typed here isn't guarded" >&2
elif [[ $- == *i* && ${__guardsh_shell-} != "$$" ]]; then
__guardsh_shell=$$ __guardsh_begun='' __guardsh_known='' __guardsh_server='' __guardsh_stopped='' __guardsh_prompts=''
__guardsh_typing=1
(@START@ --serve "$$" bash </dev/null >/dev/null 2>&1 &)

guardsh-stopped() { return 126; }

__guardsh_open() { # connects with the server, once it is there
    local folder=@LINES@/$$
    [[ -p $folder/asked && -p $folder/answered && -O $folder/asked ]] || return 1
    { exec {__guardsh_asks}<>"$folder/asked" {__guardsh_hears}<>"$folder/answered"; } 2>/dev/null || return 1
    __guardsh_server=1
}

__guardsh_ask() { # TEXT: 0 it may run, 3 it isn't complete, else it may not
    local number=$RANDOM$RANDOM said='' IFS=$' \t\n'
    if [[ $__guardsh_server == 1 ]] || { [[ -z $__guardsh_server ]] && __guardsh_open; }; then
        {
            builtin printf '%s\0%s\0%s\0' "$number" "$PWD" "$1" && builtin alias -p &&
                builtin printf '\0' && /usr/bin/env -0 && builtin printf '\0'
        } >&"$__guardsh_asks" 2>/dev/null
        while builtin read -r -t 3 -u "$__guardsh_hears" said && [[ $said != "$number "* ]]; do :; done
        case $said in
            "$number pass") return 0 ;;
            "$number more") return 3 ;;
            "$number ask") ;;
            *) __guardsh_server=gone ;;
        esac
    fi
    if [[ -x @PYTHON@ && -r @DOOR@ ]]; then
        @START@ --line "$$" bash "$1" "$(builtin alias -p)" </dev/tty
    elif [[ -t 2 ]] && __guardsh_person; then
        [[ $__guardsh_server == warned ]] ||
            builtin echo "guardsh: WARNING: guardsh can't start, so this shell isn't guarded. Try: guardsh doctor" >&2
        __guardsh_server=warned
    else
        builtin echo "guardsh: BLOCKED, nothing ran: guardsh can't start" >&2
        return 126
    fi
}

__guardsh_person() (
@PERSON@
    guardsh_person
)

__guardsh_enter() {
    local kept=$? line=$READLINE_LINE expanded
    if [[ "${PROMPT_COMMAND[*]-}" != "$__guardsh_prompts" || ${PS0-} != *__guardsh_typing* ]]; then
        # Somebody has replaced what says when commands are typed, so this may be a command line.
        __guardsh_install
    elif [[ $__guardsh_typing != 1 ]]; then
        return $kept # `read -e` of a command, not a command line
    fi
    if [[ -o histexpand && ( $line == *!* || $line == ^* ) ]]; then
        # What bash would make of ! is judged, and is what runs.
        if expanded=$(__guardsh_expand "$line") && [[ $expanded != "$line" ]]; then
            line=$expanded READLINE_LINE=$expanded READLINE_POINT=${#expanded}
            if [[ $(__guardsh_expand "$line") != "$line" ]]; then
                builtin echo "guardsh: BLOCKED, nothing ran: it changes again when it is read; write it without !" >&2
                __guardsh_stop "$line"
                return $kept
            fi
        fi
    fi
    if [[ -z $__guardsh_begun && $line != *[![:space:]]* ]]; then
        return $kept
    fi
    __guardsh_ask "$__guardsh_begun$line"
    case $? in
        0) __guardsh_known=1 __guardsh_begun='' ;;
        3) __guardsh_begun+=$line$'\n' ;;
        *) __guardsh_stop "$__guardsh_begun$line" ;;
    esac
    return $kept
}

__guardsh_expand() { # LINE, in a subshell; history -p would drop the entry before it, but for one that was put there
    builtin set +o history
    builtin history -s x && builtin history -d -1 && builtin history -p "$1" 2>/dev/null
}

__guardsh_stop() { # LINE: instead of it something harmless with status 126 runs
    if [[ -o history ]]; then
        builtin set +o history # else history -s would drop the entry before it
        builtin history -s -- "$1"
        builtin set -o history
    fi
    if [[ -n $__guardsh_begun ]]; then
        __guardsh_begun='' READLINE_LINE='' READLINE_POINT=0
        builtin kill -INT $$
    else
        READLINE_LINE=' guardsh-stopped' READLINE_POINT=16 __guardsh_known=1 __guardsh_stopped=1
    fi
}

__guardsh_prompt() {
    if [[ $__guardsh_stopped == 1 ]]; then
        __guardsh_stopped=''
        [[ $(HISTTIMEFORMAT='' builtin history 1) == *" guardsh-stopped" ]] && builtin history -d -1
    fi
    __guardsh_typing=1 __guardsh_known='' __guardsh_begun='' __guardsh_prompts="${PROMPT_COMMAND[*]-}"
    return $__guardsh_kept
}

# Sets the DEBUG trap; what was there runs as before, but not for guardsh's own commands. Run outside functions, which
# don't see the trap. $_ is the last argument, so that it stays what it was.
__guardsh_watch='
    __guardsh_text=$(builtin trap -p DEBUG)
    if [[ $__guardsh_text != *"\$BASH_COMMAND == __guardsh_"* ]]; then
        __guardsh_text=${__guardsh_text#trap -- } __guardsh_text=${__guardsh_text% DEBUG}
        builtin eval "__guardsh_text=$__guardsh_text"
        builtin trap "[[ \$BASH_COMMAND == __guardsh_* ]] ||
            { __guardsh_debug \"\$BASH_COMMAND\" \"\$_\"; ${__guardsh_text:+$__guardsh_text; }}" DEBUG
    fi
    builtin unset __guardsh_text'
# Once more at the first prompt or Enter: an editor's integration may have taken the trap over since.
__guardsh_again='if [[ -z ${FUNCNAME-} ]]; then __guardsh_again=; builtin eval "$__guardsh_watch"; fi'

__guardsh_before='__guardsh_kept=$?; __guardsh_own=1 builtin eval "$__guardsh_again"; __guardsh_prompt'

__guardsh_install() { # the prompt says when commands are typed, and PS0 when what was typed begins to run
    __guardsh_begun=''
    [[ ${PS0-} == *__guardsh_typing* ]] || PS0='${__guardsh_running[__guardsh_typing=0]-}'${PS0-}
    [[ "${PROMPT_COMMAND[*]-}" != *__guardsh_prompt* ]] || return 0
    if (( BASH_VERSINFO[0] > 5 || ( BASH_VERSINFO[0] == 5 && BASH_VERSINFO[1] >= 1 ) )); then
        PROMPT_COMMAND=("$__guardsh_before" "${PROMPT_COMMAND[@]}")
    else
        PROMPT_COMMAND="$__guardsh_before${PROMPT_COMMAND:+; $PROMPT_COMMAND}"
    fi
}

__guardsh_debug() { # the backstop: a command that nobody has judged at Enter
    [[ $__guardsh_typing == 1 || $__guardsh_known == 1 || $1 == __guardsh_* || -n ${COMP_LINE-} ]] && return 0
    __guardsh_ask "$1" && return 0
    builtin kill -INT $$
    return 0
}

__guardsh_install
builtin eval "$__guardsh_watch"
for __guardsh_keys in emacs vi-insert vi-command; do
    builtin bind -m "$__guardsh_keys" -x '"\C-x\C-]g": __guardsh_own=1 builtin eval "$__guardsh_again"; __guardsh_enter'
    builtin bind -m "$__guardsh_keys" '"\C-x\C-]a": accept-line'
    builtin bind -m "$__guardsh_keys" '"\C-m": "\C-x\C-]g\C-x\C-]a"'
    builtin bind -m "$__guardsh_keys" '"\C-j": "\C-x\C-]g\C-x\C-]a"'
done
unset __guardsh_keys
fi
"""

_ZSH = r"""# guardsh for an interactive zsh: eval "$(guardsh init zsh)", at the end of ~/.zshrc.
if [[ -o interactive && ${__guardsh_shell-} != $$ ]]; then
typeset -g __guardsh_shell=$$ __guardsh_server='' __guardsh_asks='' __guardsh_hears=''
(@START@ --serve $$ zsh </dev/null >/dev/null 2>&1 &)

guardsh-stopped() { return 126 }

__guardsh_open() {
    local folder=@LINES@/$$
    [[ -p $folder/asked && -p $folder/answered && -O $folder/asked ]] || return 1
    exec {__guardsh_asks}<>$folder/asked {__guardsh_hears}<>$folder/answered || return 1
    __guardsh_server=1
}

__guardsh_ask() {
    emulate -L zsh
    local number=$RANDOM$RANDOM said=''
    if [[ $__guardsh_server == 1 ]] || { [[ -z $__guardsh_server ]] && __guardsh_open }; then
        {
            builtin printf '%s\0%s\0%s\0' $number $PWD "$1"; builtin alias -L
            builtin printf '\0'; /usr/bin/env -0; builtin printf '\0'
        } >&$__guardsh_asks 2>/dev/null
        while builtin read -r -t 3 -u $__guardsh_hears said && [[ $said != "$number "* ]]; do :; done
        case $said in
            ("$number pass") return 0 ;;
            ("$number more") return 3 ;;
            ("$number ask") ;;
            (*) __guardsh_server=gone ;;
        esac
    fi
    zle -I # what follows is written below the line
    if [[ -x @PYTHON@ && -r @DOOR@ ]]; then
        @START@ --line $$ zsh "$1" "$(builtin alias -L)" </dev/tty
    elif [[ -t 2 ]] && __guardsh_person; then
        [[ $__guardsh_server == warned ]] ||
            builtin echo "guardsh: WARNING: guardsh can't start, so this shell isn't guarded. Try: guardsh doctor" >&2
        __guardsh_server=warned
    else
        builtin echo "guardsh: BLOCKED, nothing ran: guardsh can't start" >&2
        return 126
    fi
}

__guardsh_person() (
emulate sh
@PERSON@
    guardsh_person
)

__guardsh_accept() { # WIDGET: judges what stands there, then does what Enter does
    if [[ $CONTEXT != start && $CONTEXT != cont ]]; then
        zle $1 -- "${@:2}"
        return
    fi
    if [[ -o banghist && $BUFFER == *[\!^]* ]]; then
        local before=$BUFFER
        zle .expand-history
        [[ $BUFFER == $before ]] || { zle redisplay; return } # what ! stands for is shown first
    fi
    local text=$PREBUFFER$BUFFER
    [[ $text == *[^[:space:]]* ]] || { zle $1 -- "${@:2}"; return }
    __guardsh_ask "$text"
    case $? in
        (0|3) zle $1 -- "${@:2}" ;;
        (*) print -rs -- "$text"
            if [[ -n $PREBUFFER ]]; then
                zle .send-break
            else
                BUFFER=' guardsh-stopped'
                zle .accept-line
            fi ;;
    esac
}

for __guardsh_widget in accept-line accept-and-hold accept-line-and-down-history accept-and-infer-next-history; do
    builtin eval "__guardsh_$__guardsh_widget() { __guardsh_accept .$__guardsh_widget \"\$@\" }"
    builtin zle -N $__guardsh_widget __guardsh_$__guardsh_widget
done
unset __guardsh_widget
fi
"""


def bash(start: Sequence[str]) -> str:
    """The code for an interactive bash; `start` are the words that start guardsh. Raises OSError."""
    return _filled(_BASH, start)


def zsh(start: Sequence[str]) -> str:
    """The code for an interactive zsh."""
    return _filled(_ZSH, start)


def _filled(code: str, start: Sequence[str]) -> str:
    from guardsh.shell.doors import person_function

    values = {
        "@START@": " ".join(map(quoted, start)),
        "@LINES@": quoted(places.state_dir("lines")),
        "@PYTHON@": quoted(start[0]),
        "@DOOR@": quoted(next((word for word in start if word.endswith(".py")), start[0])),
        "@PERSON@": person_function(),
    }
    for name, value in values.items():
        code = code.replace(name, value)
    return code
