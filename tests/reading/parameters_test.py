"""Parameter expansion: every operator on known, unset, several and unknown values (bash manual, 3.5.3)."""

from __future__ import annotations

import pytest

from tests.reading.support import expanded

# text, the words that the program p gets
KNOWN = [
    ("x=abc; p $x ${x}", ["abc", "abc"]),
    ("p $x", []),
    ('p "$x"', [""]),
    ("x='a b'; p $x", ["a", "b"]),
    ("x='a b'; p \"$x\"", ["a b"]),
    ("x='  a  '; p $x", ["a"]),
    ("x=' a'; p b$x", ["b", "a"]),
    ("x='a '; p ${x}b", ["a", "b"]),
    ("p ${x:-y}", ["y"]),
    ("p ${x-y}", ["y"]),
    ("x=; p ${x:-y}", ["y"]),
    ("x=; p ${x-y}", []),
    ("x=1; p ${x:-y} ${x:+z} ${x+z}", ["1", "z", "z"]),
    ("p ${x:+z} ${x+z}", []),
    ("p ${x:=y}; p $x", ["y"]),
    ("p ${x:-a b}", ["a", "b"]),
    ('p "${x:-a b}"', ["a b"]),
    ("p ${x:-'a b'}", ["a b"]),
    ("p ${x:-${y:-z}}", ["z"]),
    ("x=aXbXc; p ${x#*X} ${x##*X} ${x%X*} ${x%%X*}", ["bXc", "c", "aXb", "a"]),
    ("x=/a/b.tar.gz; p ${x##*/} ${x%/*} ${x%.*} ${x%%.*}", ["b.tar.gz", "/a", "/a/b.tar", "/a/b"]),
    ("x=a.b.c; p ${x/./-} ${x//./-} ${x/#a/z} ${x/%c/z} ${x//.}", ["a-b.c", "a-b-c", "z.b.c", "a.b.z", "abc"]),
    ("x='a*b'; p ${x//\\*/-}", ["a-b"]),
    ("x=abc; y=b; p ${x/$y/-} ${x/\"$y\"/-}", ["a-c", "a-c"]),
    ("x=aBc; p ${x^} ${x^^} ${x,} ${x,,}", ["ABc", "ABC", "aBc", "abc"]),
    ("x=banana; p ${x^^a}", ["bAnAnA"]),
    ("x=abcdef; p ${x:2} ${x:2:2} ${x: -2} ${x:0:-1} ${x:(-3):2}", ["cdef", "cd", "ef", "abcde", "de"]),
    ("x=abcdef; n=2; p ${x:n} ${x:n:n} ${x:$n}", ["cdef", "cd", "cdef"]),
    ("x=abc; p ${#x} ${#y}", ["3", "0"]),
    ("x=y; y=z; p ${!x}", ["z"]),
    ("x='a[1]'; a=(b c); p ${!x}", ["c"]),
    ("x=abc; p ${x@U} ${x@u} ${x@L}", ["ABC", "Abc", "abc"]),
    ("x='a b'; p ${x@Q}", ["'a", "b'"]),
    ("x='a\\tb'; p \"${x@E}\"", ["a\tb"]),
    ("set -- a 'b c' d; p $1 \"$2\" $#", ["a", "b c", "3"]),
    ("set -- a 'b c'; p \"$@\"", ["a", "b c"]),
    ("set -- a 'b c'; p $@", ["a", "b", "c"]),
    ("set -- a 'b c'; p \"$*\"", ["a b c"]),
    ("set -- a b; IFS=,; p \"$*\"", ["a,b"]),
    ("set -- a 'b c'; p \"x$@y\"", ["xa", "b cy"]),
    ('set --; p "$@"', []),
    ('set --; p "$*"', [""]),
    ("set -- a b c d; p \"${@:2}\"", ["b", "c", "d"]),
    ("set -- a b c d; p \"${@:2:2}\"", ["b", "c"]),
    ("set -- a b c d; p \"${@: -1}\"", ["d"]),
    ("set -- a b; p ${@/a/x} ${@#a}", ["x", "b", "b"]),
    ("set -- a b c; p ${!#}", ["c"]),
    ("set -- 1 2 3 4 5 6 7 8 9 z; p ${10} $10", ["z", "10"]),
    ("a=(x 'y z' w); p ${a[1]} \"${a[1]}\" ${a[-1]} $a", ["y", "z", "y z", "w", "x"]),
    ("a=(x 'y z'); p \"${a[@]}\"", ["x", "y z"]),
    ("a=(x y); p ${#a[@]} ${!a[@]}", ["2", "0", "1"]),
    ("a=(x y z); p \"${a[@]:1}\" \"${a[@]:0:1}\"", ["y", "z", "x"]),
    ("a=(x y); IFS=-; p \"${a[*]}\"", ["x-y"]),
    ("a=(x); a+=(y); a[5]=z; p \"${a[@]}\" ${!a[@]}", ["x", "y", "z", "0", "1", "5"]),
    ("a=([3]=x [1]=y); p \"${a[@]}\"", ["y", "x"]),
    ("a[1]=x; a[0]=y; p ${a[1]} ${a[0]}", ["x", "y"]),
    ("i=1; a=(x y); p ${a[i]} ${a[$i]}", ["y", "y"]),
    ("declare -A m=([k]=v [l]=w); p ${m[k]} ${m[l]}", ["v", "w"]),
    ("declare -A m; m[k]=v; k=k; p ${m[$k]}", ["v"]),
    ("declare -A m=([k]=v); p ${!m[@]}", ["k"]),
    ("a=(x y); unset a; p \"${a[@]}\"", []),
    ("x=1; p ${!x*}", ["x"]),
    ("x=~; p $x", ["/home/u"]),
    ("x=\"~\"; p $x", ["~"]),
    ("p ~ ~/a ~u/b", ["/home/u", "/home/u/a", "/home/u/b"]),
    ("p '~' \\~", ["~", "~"]),
    ("x=/a:~/b; p $x", ["/a:/home/u/b"]),
    ("p $((1)) $((2))", ["1", "2"]),
    ("n=5; p $((n))", ["5"]),
    (": a b; p $_", ["b"]),
    ("p $HOME $USER $PWD", ["/home/u", "u", "/home/u/project"]),
    ("x=a; x+=b; p $x", ["ab"]),
    ("IFS=:; x=a:b; p $x", ["a", "b"]),
    ("IFS=:; x=a::b; p $x", ["a", "", "b"]),
    ("IFS=; x='a b'; p $x", ["a b"]),
    ("p a\"b c\"'d e'f\\ g", ["ab cd ef g"]),
    ("p $'a\\tb\\x41'", ["a\tbA"]),
    ("p \"$(echo a b)\" $(echo a b)", ["a b", "a", "b"]),
    ("p \"$(printf 'a\\n\\n')\"", ["a"]),
    ("x=$(echo 'a  b'); p $x", ["a", "b"]),
]


@pytest.mark.parametrize(("text", "words"), KNOWN, ids=[text for text, _ in KNOWN])
def test_known(text: str, words: list[str]) -> None:
    assert expanded(text)[-1] == words


SEVERAL = [
    ("if a; then x=1; else x=2; fi; p $x", [["2"], ["1"]]),
    ("a && x=1; p $x", [["1"], []]),
    ("x=1; a || x=2; p $x", [["2"], ["1"]]),
    ("for x in 1 2; do p $x; done", [["1"], ["2"]]),
    ("case $z in a) x=1;; b) x=2;; esac; p ${x:-0}", [["1"], ["2"], ["0"]]),
    ("if a; then set -- 1; fi; p \"$1\"", [["…"]]),
    ("if a; then x=(1 2); else x=(3); fi; p \"${x[@]}\"", [["3"], ["1", "2"]]),
]


@pytest.mark.parametrize(("text", "readings"), SEVERAL, ids=[text for text, _ in SEVERAL])
def test_several(text: str, readings: list[list[str]]) -> None:
    assert sorted(expanded(text)) == sorted(readings)


UNKNOWN = [
    ("p $(gen)", [["…"]]),
    ("p a$(gen)b", [["a…b"]]),
    ("read x; p $x", [["…"]]),
    ("x=$(gen); p ${x#a} ${x/a/b} ${x:1}", [["…", "…", "…"]]),
    ("x=$(gen); p ${x:-y}", [["…"], ["y"]]),
    ("x=$(gen); p ${x:+y}", [["y"], []]),
    ("x=a$(gen); p ${x%.c}", [["a…"]]),
    ("p $RANDOM $$ $? $!", [["…", "…", "…", "…"]]),
    ("p $((1+1)) $((x))", [["…", "0"]]),
    ("source gone; p $x", [["…"]]),
    ("source gone; p ${x:-y}", [["…"], ["y"]]),
    ("a=(1 2); i=$(gen); p ${a[i]}", [["1"], ["2"]]),
    ("p \"$@\"", [[]]),
]


@pytest.mark.parametrize(("text", "readings"), UNKNOWN, ids=[text for text, _ in UNKNOWN])
def test_unknown(text: str, readings: list[list[str]]) -> None:
    assert sorted(expanded(text)) == sorted(readings)


def test_arguments_of_a_script() -> None:
    assert expanded('p "$1" "$@"', None, None, "a", "b c") == [["a", "a", "b c"]]


def test_environment() -> None:
    assert expanded("p $DIR ${DIR:-x} ${NONE:-y}", None, {"DIR": "/srv"}) == [["/srv", "/srv", "y"]]
    assert expanded("unset DIR; p ${DIR:-x}", None, {"DIR": "/srv"}) == [["x"]]


def test_too_many_values_stay_visible() -> None:
    values = " ".join(f"v{n}" for n in range(30))
    found = expanded(f"for a in {values}; do for b in {values}; do p $a$b; done; done")
    assert {word for words in found for word in words} >= {f"v{n}v{m}" for n in range(30) for m in range(30)}
