"""Lines: console output and messages of exceptions. What a program says stays, what it says it about does not.

Kept are the words of the first argument (and of errors), names of the program, numbers short of an identifier, and the
cleaned addresses of files. Objects, later texts, quoted texts, literals of SQL and JSON, values of personal keys go.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from replay_signals.transforms.privacy.encodings import plain
from replay_signals.transforms.privacy.keys import MAX_KEY_CHARS, Keys
from replay_signals.transforms.privacy.texts import MARK, Cleaned, Texts
from replay_signals.transforms.privacy.urls import Urls

MAX_INPUT_CHARS = 1200
"""Four times what a digest keeps of a console line; marks are shorter than what they stand for."""
MAX_PARTS = 20
_SENT = "\ue000"
"""Stands for an address while the rest of the line is looked at; a private character, taken out of what arrives."""
_URL = re.compile(
    r"(?:(?<![A-Za-z0-9])[A-Za-z][A-Za-z0-9+.-]{0,20}:[/\\]{1,3}[^\s\"'<>(){}|^`,]+"
    r"|(?<![A-Za-z0-9])(?:data|mailto|tel|sms|javascript|blob|about):[^\s\"'<>(){}|^`]+"
    r"|(?<![\w./:%-])/[\w%~.@:+-]+(?:/[^\s\"'<>(){}|^`,]*|\?[^\s\"'<>{}|^`]*)"
    r"|(?<![\w./:%@-])[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}(?:/[^\s\"'<>(){}|^`,?]*)?\?[^\s\"'<>{}|^`]+=[^\s\"'<>{}|^`]*)"
)
_POSITION = re.compile(r"(?::\d{1,7}){1,2}[).,;:]*$|[.,;:]+$")
_QUOTED = re.compile(
    r"\"(?:[^\"\\]|\\.)*(?:\"|$)|(?<!\w)'(?:[^'\\]|\\.|(?<=\w)'(?=\w))*(?:'(?!\w)|$)|`[^`]*(?:`|$)|[“„«‚‘‹][^”“»‘’›]*[”“»‘’›]",
    re.DOTALL,
)
_ABOUT_CODE = re.compile(
    r"(?:reading|setting|propert(?:y|ies)|property of|execute|on|module|token|element|attribute|method|function|"
    r"identifier|export|import|variable|type|constructor|load|directive|class|instance of|hook|event|component|"
    r"provider for|named|access|is not|of|in) $"
)
"""Words before a quoted name of the program: `(reading 'price')`, `execute 'removeChild' on 'Node'` (V8, Gecko)."""
_CODE = re.compile(r"['\"`][A-Za-z_$<][\w$.<>#@/-]{0,40}['\"`]")
_KEY = re.compile(
    r"(?<![\w.$\[\]-])(?=(?:(?![A-Za-z_$])[\w.$\[\]-])*+[A-Za-z_$])(?P<key>[\w.$\[\]-]++)(?P<sign>\"?\s{0,2}(?:=>|[=:])\s{0,2})"
    r"(?P<value>[^\s,;&|)}\]\"'`][^,;&|)}\]\n\"'`]{0,200})"
)
_SQL = re.compile(
    r"\b(?:select\b.{1,400}\bfrom\b|insert\s+into\b|update\b.{1,200}\bset\b|delete\s+from\b|where\b.{1,200}[=<>]|values\s*\()",
    re.IGNORECASE | re.DOTALL,
)
_TAGGED = re.compile(r"(<(\w[\w:.-]{0,40})(?:\s[^<>]{0,400})?>)([^<>]{1,4000})(?=</\2\s*>)")
_OBJECT = re.compile(r"\{[^{}]{1,2000}\}")
_PAIR = re.compile(r"(?P<key>[A-Za-z_$][\w$.-]{0,60}\s?[:=]\s?)(?P<value>[^\s,;{}\[\]\"'`][^,;{}\[\]\"'`]{0,2000})")
_ERROR = re.compile(r"(?:Uncaught |Unhandled )?(?:\(in promise\) )?[\w.]{0,60}(?:Error|Exception|Warning)\b")
_LITERAL = re.compile(r"-?\d{1,5}(?:\.\d{1,3})?|true|false|null|undefined|NaN|\{\}|\[\]")


class Lines:
    """Cleans lines."""

    def __init__(self, texts: Texts, urls: Urls, keys: Keys) -> None:
        self._texts = texts
        self._urls = urls
        self._keys = keys

    def console(self, parts: Sequence[str]) -> list[Cleaned]:
        """The arguments of one console call, as recorders write them: each as JSON."""
        return [self._argument(part, first=i == 0) for i, part in enumerate(parts[:MAX_PARTS])]

    def name(self, text: str) -> Cleaned:
        """The name of an element: addresses in it are cleaned, the rest by patterns."""
        if "://" not in text and "www." not in text and "=" not in text:
            return self._texts.clean(text)
        rules: list[str] = []
        text, addresses = self._without_addresses(text, rules)
        shown, more = self._texts.clean(text)
        return Cleaned(_with_addresses(shown, addresses), (*rules, *more))

    def line(self, text: str) -> Cleaned:
        """One message."""
        rules: list[str] = []
        text, addresses = self._without_addresses(_bounded(text, rules), rules)
        if "<" in text:
            text = _TAGGED.sub(lambda found: _tagged(found, rules), text)
        text = _QUOTED.sub(lambda found: self._quoted(text, found, rules), text)
        text = _KEY.sub(lambda found: self._value(found, rules), text)
        shown, more = self._texts.clean(text)
        rules += more
        bare = plain(shown)
        if bare != shown and (_QUOTED.search(bare) or _KEY.search(bare)) and not _QUOTED.search(shown):
            again = _KEY.sub(lambda f: self._value(f, rules), _QUOTED.sub(lambda f: self._quoted(bare, f, rules), bare))
            shown = again
        if "{" in shown:
            shown = _OBJECT.sub(lambda found: _object(found[0], rules), shown)
        return Cleaned(_with_addresses(shown, addresses), tuple(rules))

    def _without_addresses(self, text: str, rules: list[str]) -> tuple[str, list[str]]:
        """The text with a sign for each address, and the addresses, cleaned."""
        addresses: list[str] = []
        text = text.replace(_SENT, "")
        return _URL.sub(lambda found: self._address(found[0], addresses, rules), text), addresses

    def _argument(self, part: str, *, first: bool) -> Cleaned:
        if len(part) > 1 and part[0] == part[-1] == '"':
            try:
                text = json.loads(part)
            except ValueError:
                text = part[1:-1]
            if not first and not _ERROR.match(text) and text:
                return Cleaned('"[text]"', ("console_argument",))
            cleaned = self.line(text)
            return (
                Cleaned(json.dumps(cleaned.text, ensure_ascii=False), cleaned.rules) if cleaned.rules else Cleaned(part)
            )
        if _LITERAL.fullmatch(part):
            return Cleaned(part)
        if first or _ERROR.match(part):
            stripped = part.lstrip()
            if not stripped.startswith(("{", "[", "<")):
                return self.line(part)
        return Cleaned("[data]", ("console_argument",))

    def _address(self, found: str, addresses: list[str], rules: list[str]) -> str:
        end = _POSITION.search(found)
        tail = end[0] if end else ""
        cleaned = self._urls.clean(found[: len(found) - len(tail)], is_file=True)
        rules += cleaned.rules
        addresses.append(cleaned.text)
        return _SENT + tail

    def _quoted(self, text: str, found: re.Match[str], rules: list[str]) -> str:
        own = found[0]
        inner = own[1:-1]
        if not inner.strip(_SENT + " \n.,;:"):
            return own
        if _CODE.fullmatch(own):
            is_key = own[0] == '"' and text[found.end() :].lstrip()[:1] == ":"
            if is_key or (
                _ABOUT_CODE.search(text[max(0, found.start() - 20) : found.start()]) and not _SQL.search(text)
            ):
                return own
        rules.append("quoted")
        return f"{own[0]}[text]{own[0]}"

    def _value(self, found: re.Match[str], rules: list[str]) -> str:
        if found["value"][:1] in ("[", _SENT) or not self._keys.is_personal(found["key"][-MAX_KEY_CHARS:]):
            return found[0]
        rules.append("key_name")
        return f"{found['key']}{found['sign']}[value]"


def _with_addresses(text: str, addresses: Sequence[str]) -> str:
    for address in addresses:
        text = text.replace(_SENT, address, 1)
    return text


def _tagged(found: re.Match[str], rules: list[str]) -> str:
    """Text between tags is data: `<name>[text]</name>`."""
    if not found[3].strip() or MARK.fullmatch(found[3].strip()):
        return found[0]
    rules.append("data")
    return f"{found[1]}[text]"


def _object(text: str, rules: list[str]) -> str:
    """An object as programs print it: its keys and its figures."""

    def value(found: re.Match[str]) -> str:
        if _LITERAL.fullmatch(found["value"].strip()):
            return found[0]
        rules.append("data")
        return f"{found['key']}[value]"

    return _PAIR.sub(value, text)


def _bounded(text: str, rules: list[str]) -> str:
    """Cut where a word ends: half an address has no form to know it by."""
    if len(text) <= MAX_INPUT_CHARS:
        return text
    rules.append("too_long")
    head = text[:MAX_INPUT_CHARS]
    return head[: max(head.rfind(" "), head.rfind("\n"), 0)] + " …"
