"""Texts for the real bash, written by hand as harmless or put together from such parts: they call stub programs only."""

from __future__ import annotations

import random

FILES = {
    "f": "1\n2\n",
    "list": "a\nb c\nd\n",
    "x.sh": 'p from-x "$@"\nX=set-by-x\n',
    "run": '#!/bin/bash\nq "$0" "$@"\n',
    "d/e.txt": "e\n",
    "d/g.txt": "g\n",
}

TEXTS = [
    "p a 'b c' \"d e\"", "p a; q b && r c || s d", "p | q | r", "(p; q)", "{ p; q; }", "! p", "p &\nwait",
    "if p; then q; elif r; then s; else t; fi", "while p; do q; break; done", "until q; do p; done", "for x in a 'b c' d; do p $x \"$x\"; done",
    "for ((i=0;i<3;i++)); do p $i; done", "case abc in a*) p;; *) q;; esac", "case x in x) p;& y) q;;& z) r;; *) s;; esac",
    "select x in a b; do p $x; break; done <<< 1", "f() { p \"$@\" $#; }; f a 'b c'", "function f { p $1; return; q; }; f x",
    "f() { local x=1; p $x; }; x=2; f; p $x", "f() { x=1; }; f; p $x", "f() ( x=1; p $x ); f; p ${x-unset}",
    "x='a b'; p $x \"$x\" '$x'", "x=a; p ${x}b $x.b ${x:-n} ${y:-n} ${y-n} ${x:+s} ${y:+s}", "p ${y:=new} $y", "x=abcabc; p ${x#a} ${x##*b} ${x%c} ${x%%b*}",
    "x=a.b.c; p ${x//./-} ${x/./-} ${x/#a/z} ${x/%c/z}", "x=abcdef; p ${x:1} ${x:1:2} ${x: -2} ${x:(-3):2} ${x:0:-1}", "x=Abc; p ${x^^} ${x,,} ${x^} ${x,}",
    "x=abc; p ${#x}", "x=y; y=z; p ${!x}", "a=(1 '2 3' 4); p \"${a[@]}\" ${a[1]} ${#a[@]} ${a[-1]} \"${a[@]:1}\" ${!a[@]}", "a=(1 2); a+=(3); p ${a[*]}",
    "a[3]=x; a[1]=y; p \"${a[@]}\"", "declare -A m=([k]=v); p ${m[k]}", "IFS=,; a=(1 2); p \"${a[*]}\" ${a[*]}", "IFS=:; x=a:b::c; p $x", "IFS=; x='a b'; p $x",
    "x=' a  b '; p $x c$x d", "set -- a 'b c'; p \"$@\"; p $*; p \"$*\"; p \"x$@y\"; shift; p $1", "set -- a b c d; p \"${@:2:2}\" ${!#} ${@: -1}",
    "p {a,b}{1,2} {1..3} {01..03} {a..c} x{,y} {a} {}", "p ~ ~/x '~' a~", "p *.sh d/*.txt no*match [fx].sh ?.sh", "p \"*.sh\" '?' \\*", "set -f; p *.sh",
    "p $(echo a b) \"$(echo a b)\" `echo c`", "p $(echo $(echo nested)) \"$(echo \"$(echo 'a  b')\")\"", "x=$(printf 'a\\nb\\n\\n'); p \"$x\"", "p $(< f) $(cat f)",
    "p <(echo) >(cat) | cat", "cat <(p a) > /dev/null", "p $((1+2)) $((x)) $((5))", "x=5; p $((x)) $x", "p $'a\\tb' $'\\x41' $'\\u00e9' $\"a\"",
    "p a\\ b a\"b c\"'d e' \"a'b\" 'a\"b'", "p a\\\nb", "p # comment\nq", "eval 'p a; q b'", "eval p '\"a b\"'", "x='p a'; $x; eval \"$x b\"", "x=p; $x a; \"$x\" b", "y=x; x=p; ${!y} a",
    "bash -c 'p \"$@\" $0' zero 1 2", "bash -c 'p $X' ; X=1 bash -c 'p $X'; export X=2; bash -c 'p $X'", "x=1; bash -c 'p ${x-unset}'", "sh -c 'p a; q b'", "bash -s a b <<< 'p \"$@\"'",
    "bash <<'E'\np a $HOME\nq\nE", "x=1; bash <<E\np $x \\$x\nE", "echo 'p a' | bash", "printf 'p %s\\n' a b | sh", "echo cCBhCg== | base64 -d | sh", "echo a p | rev | cat", "echo 'q b' | tr qb pa | sh",
    "source ./x.sh a b; p $X", ". ./x.sh; p $X $1", "bash x.sh a", "./run a 'b c'", "cd d; p *.txt; cd ..; p d/*", "(cd d; p e*); p d*", "pushd d > /dev/null; p *; popd; p *.sh",
    "echo 'p a' > y.sh; bash y.sh; . ./y.sh", "cat > y.sh <<'E'\np \"$1\"\nE\nsh y.sh b", "echo 'p a' | tee y.sh; sh y.sh", "echo 'p 1' > y; echo 'p 2' >> y; sh y", "{ echo p a; echo q b; } > y; sh y",
    "env A=1 p a", "env -i PATH=$PATH p a", "env -u HOME p b", "env -S 'p a b' c", "nice p a", "nice -n 3 p b", "timeout 1 p c", "timeout -k 1 1 p d", "nohup p e", "env nice timeout 1 p f",
    "echo a b | xargs p", "printf '%s\\n' a 'b c' | xargs -I% p x%y", "echo a b c | xargs -n1 p", "echo a b c | xargs -n2 p", "printf 'a\\0b c\\0' | xargs -0 p", "xargs -a list p", "echo \"'a b' c\" | xargs p",
    "echo x | xargs -I{} bash -c 'p {}'", "echo a b | xargs sh -c 'p \"$@\"' zero", "find d -name 'e*' -exec p {} \\;", "find d -type f -exec p x {} +", "find . -name '*.sh' -print | xargs p",
    "command p a; builtin eval 'q b'; command eval 'r c'", "exec p a", "(exec p a; q)", "exec -a name p", "trap 'p bye' EXIT; q", "trap 'p $x' EXIT; x=1", "alias l='p a'; l", "shopt -s expand_aliases\nalias l='p a'\nl b",
    "read x y <<< 'a b c'; p $x \"$y\"", "IFS=: read x y <<< a:b; p $x $y", "read -a a <<< '1 2'; p ${a[1]}", "while read -r x; do p \"$x\"; done < list", "while read -r x y; do p \"$x\" \"$y\"; done <<< 'a b c'",
    "cat list | while IFS= read -r x; do p \"$x\"; done", "mapfile -t a < list; p \"${a[@]}\" ${a[1]}", "printf -v x '%s-%s' a b; p $x", "printf -v 'a[1]' z; p ${a[1]}", "echo a | { read x; p $x; }; p ${x-none}",
    "exec 3<<< 'a b'; read -u 3 x; p $x", "read x <&4 4<<< a; p $x", "exec 3> y; echo p a >&3; exec 3>&-; sh y", "shopt -s lastpipe; echo a | read x; p $x", "declare -i n=5; p $n", "declare -u x=ab; p $x", "declare -n r=x; r=1; p $x",
    "[[ abc =~ b(.) ]]; p ${BASH_REMATCH[1]}", "[[ -f f && x == x ]] && p yes", "[ -f f ] && p yes || p no", "test -d d && p d", "((1 < 2)) && p less", "let x=5; p $x", "x=1; ((x++)); p $x",
    "x=$(p in-substitution)", "p \"${x:-$(q in-default)}\"", "a=(x $(p in-array)); x[$(q 2>/dev/null)0]=1", "cat <<< $(p in-here-string) > /dev/null", "cat <<E > /dev/null\n$(p in-here-document)\nE", "p a > $(echo y); [ -f y ] && q",
    "{ p a; } > y; q < y", "for x in 1 2; do p $x; done > y", "f() { p a; } > y; f", "p a 2>&1 | q", "p a |& q", "p a > /dev/null 2>&1", "{ echo p x; } | bash", "f() { echo p from f; }; f | sh; $(f)", "x=(p a 'b c'); \"${x[@]}\"",
    "f() { [ $1 = 0 ] && return; p $1; f $(($1 - 1)); }; f 3", "f() { \"$@\"; }; f f f p a", "p() { q not p; }; p; command p is; unset -f p; p again", "p() { :; }; bash -c 'p child'; env p other", "f() { p exported; }; export -f f; bash -c f",
    "if true; then x=1; else x=2; fi; p $x", "false && x=1; p ${x-unset}", "true && x=1 || x=2; p $x", "for x in 1 2; do [ $x = 1 ] && continue; p $x; done", "x=a; while true; do x=b; break; x=c; done; p $x", "f() { x=1; return; x=2; }; f; p $x",
    "coproc { p in-coproc; }; wait", "coproc bash; echo p a >&${COPROC[1]}; eval \"exec ${COPROC[1]}>&-\"; wait", "echo p a > >(bash); wait", "echo 'p a' | tee >(bash) > /dev/null; wait", "time p a", "time -p p b", "set -- p a; \"$@\"; $1 b; \"$1\" c",
    "x=p; y=' a'; $x$y", "x='p a;q b'; $x", "x='$(p never)'; q \"$x\"", "x='$(p evaluated)'; : ${x@P}", "a='b[$(p arithmetic)]'; : $((a))", "x='a b'; p ${x@Q}", "p $_; q a b; p $_", "BASH_ALIASES[l]=p; shopt -s expand_aliases\nl a",
    "p \"$(dirname /a/b/c)\" $(basename /a/b.c .c) $(pwd)", "cd d && p \"$PWD\" $OLDPWD", "HOME=/h; p ~ ~/x", "p ~+ ~-; cd d; p ~-", "x=~/a:~/b; p $x", "echo 'r \"$@\"' > y; bash y 1 '2 3'", "bash -c 'bash -c \"p deep \\$0\" x'", "eval eval eval p a",
]  # fmt: skip

_WORDS = ["a", "'b c'", '"d e"', "$x", '"$x"', "${x:-n}", "${y-n}", "$(echo s)", '"$(echo t u)"', "{1,2}", "~", "d/*.txt", "\\*", "$1", '"$@"', "${x%b}", "${#x}", "$((2))", "''", "x$x.$z"]
_COMMANDS = [
    "p WORDS", "q WORDS", "x=WORD", "x=$(echo WORD)", "p WORDS\nr WORDS", "p WORDS && q WORD", "false || p WORDS", "p WORDS | q", "( x=WORD; p $x )", "{ q WORDS; }",
    "if p WORD; then COMMAND\nelse COMMAND\nfi", "for x in WORDS; do COMMAND\ndone", "case WORD in a|d*) COMMAND\n;; *) COMMAND\n;; esac", "f() { COMMAND\n}; f WORDS",
    "eval 'p WORDX'", "bash -c 'p \"$@\"' zero WORDS", "set -- WORDS; COMMAND", "while read -r x; do COMMAND\ndone < list", "env A=1 p WORDS", "printf '%s\\n' WORDS | xargs q",
    "x=(WORDS); p \"${x[@]}\" ${x[0]}", "read -r x z <<< WORD; COMMAND", "echo 'q WORDX' > y; bash y WORD", "local_=1; COMMAND", "cd d; p *; cd ..", "COMMAND\nCOMMAND", "p WORDS > y; r < y", "cat <<E | while read -r z; do p \"$z\"; done\nWORD\nE\n",
]  # fmt: skip


def generated(count: int, seed: int = 5) -> list[str]:
    """Texts put together from the parts above."""
    chance = random.Random(seed)
    return [_filled("COMMAND\nCOMMAND\nCOMMAND", chance, 0) for _ in range(count)]


def _filled(text: str, chance: random.Random, depth: int) -> str:
    while "COMMAND" in text:
        depth += 1
        choice = chance.choice(_COMMANDS if depth < 12 else _COMMANDS[:4])
        text = text.replace("COMMAND", choice, 1)
    while "WORDS" in text:
        text = text.replace("WORDS", " ".join(chance.choice(_WORDS) for _ in range(chance.randint(1, 3))), 1)
    while "WORDX" in text:
        text = text.replace("WORDX", chance.choice(["a", "$x", '"d e"', "{1,2}", "$1"]), 1)
    while "WORD" in text:
        text = text.replace("WORD", chance.choice(_WORDS), 1)
    return text
