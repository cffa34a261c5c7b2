"""Addresses: what of a URL may leave. Its shape stays, so that a change of address is still a change.

Kept are scheme, host, path segments that look like a program's own words or ids, keys of parameters, words of
parameters that choose a page, and routes in fragments. Other values of parameters, bare
parameters, user info, anchors, and segments that hold personal data, free text or other addresses become marks with a
short fingerprint.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from replay_signals.transforms.privacy.encodings import plain
from replay_signals.transforms.privacy.texts import MARK, Cleaned, Texts

MAX_CHARS = 4096
MAX_PARTS = 200
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{0,30}:")
_AUTHORITY = re.compile(r"[/\\]{2,}([^/\\?#]*)")
_FILE_AUTHORITY = re.compile(r"[/\\]{2}([^/\\?#]*)")
_IGNORED = re.compile(r"[\t\r\n\0]")
"""Browsers drop these anywhere in a URL (WHATWG URL Standard)."""
_TEXT_IN_SEGMENT = re.compile(r"[\s\"'(){}<>|^`=&?#+,\\]|//|^[@~].")
_PLAIN_KEY = re.compile(r"[A-Za-z_$][\w$.\[\]-]{0,39}")
_ID = re.compile(r"\d{1,18}|[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.I)
_PAGE = re.compile(r"[a-z]{2,20}(?:[-_.][a-z]{1,20}){0,3}")
_HOME = re.compile(r"^(users|home|documents and settings)$", re.I)
_PORT = re.compile(r"\d{1,5}(?=[/?#]|$)")
_NUMBERS = frozenset(("tel:", "sms:", "smsto:", "callto:", "fax:", "mms:", "facetime:", "skype:", "whatsapp:"))
"""Schemes whose digits are somebody's, not a port."""
_CUT = re.compile(r"[^/?#&;]*$")
_NOTHING = frozenset(("", "void(0)", "void(0);", ";", "blank", "srcdoc", "//"))
_ROUTE = ("/", "!")
_VERBS = frozenset(("new", "edit", "list", "index", "all", "me", "login", "logout", "settings", "results", "create"))
"""Words of routes that stand where a name may stand: `/users/new`, `/profile/edit`."""


class Urls:
    """Cleans addresses."""

    def __init__(self, texts: Texts, path_names: Iterable[str], page_parameters: Iterable[str] = ()) -> None:
        self._texts = texts
        self._path_names = frozenset(name.lower() for name in path_names)
        self._page_parameters = frozenset(name.lower() for name in page_parameters)

    def clean(self, url: str, *, is_file: bool = False) -> Cleaned:
        """An address without personal data. Total: what is no URL is taken for a relative one, or for a file."""
        url = _IGNORED.sub("", url).strip()
        rules: list[str] = []
        if len(url) > MAX_CHARS:
            head = _CUT.sub("", url[:MAX_CHARS])
            url = head + self._marked("too_long", "text", url[len(head) :], rules)
        scheme = ""
        found = _SCHEME.match(url)
        if found:
            scheme, url = found[0].lower(), url[found.end() :]
            is_file = scheme == "file:" or len(scheme) == 2  # a drive: C:
            if not url.startswith(("/", "\\")):
                return Cleaned(scheme + self._opaque(scheme, url, rules), tuple(rules))
        base = ""
        slashes = _FILE_AUTHORITY if scheme == "file:" else _AUTHORITY
        authority = slashes.match(url) if scheme or url[:2] in ("//", "\\\\") else None
        if authority:
            base, url = "//" + self._host(authority[1], rules), url[authority.end() :]
        address, hash_sign, fragment = url.partition("#")
        path, question, query = address.partition("?")
        text = scheme + base + self._path(path.replace("\\", "/"), rules, is_file)
        if question:
            text += "?" + self._query(query, rules)
        if hash_sign:
            text += "#" + self._fragment(fragment, rules)
        return Cleaned(text, tuple(rules))

    def _opaque(self, scheme: str, rest: str, rules: list[str]) -> str:
        """`mailto:`, `tel:`, `data:`, `javascript:`, `blob:` …: the scheme says enough. `host:80/path` has none."""
        if rest in _NOTHING or MARK.fullmatch(rest):
            return rest
        port = _PORT.match(rest)
        if port and scheme not in _NUMBERS:
            behind = self.clean(rest[port.end() :])
            rules += behind.rules
            return port[0] + behind.text
        rules.append("url_scheme")
        return self._texts.mark("url", rest)

    def _host(self, authority: str, rules: list[str]) -> str:
        _, at, host = authority.rpartition("@")
        if at:
            rules.append("url_user")
        shown, more = self._texts.clean(host) if not _is_host(host) else (host, ())
        rules.extend(more)
        return "".join(shown.split())

    def _path(self, path: str, rules: list[str], is_file: bool) -> str:
        parts = path.split("/", MAX_PARTS)
        if len(parts) > MAX_PARTS:
            parts[-1] = self._marked("url_path", "text", parts[-1], rules)
        before = ""
        for i, part in enumerate(parts):
            if part:
                parts[i] = self._segment(part, before, rules, is_file)
                before = part.lower()
        return "/".join(parts)

    def _segment(self, segment: str, before: str, rules: list[str], is_file: bool) -> str:
        """One part of a path, with its own parameters (`;jsessionid=…`)."""
        name, *parameters = segment.split(";")
        shown = self._name(name, before, rules, is_file)
        for parameter in parameters:
            shown += ";" + self._parameter(parameter, rules)
        return shown

    def _name(self, name: str, before: str, rules: list[str], is_file: bool) -> str:
        if MARK.fullmatch(name):
            return name
        bare = plain(name)
        rule = self._texts.found(bare)
        if rule and rule != "number":
            return self._marked(rule, rule, name, rules)
        if _TEXT_IN_SEGMENT.search(bare):
            return self._marked("url_path", "text", name, rules)
        personal = before in self._path_names and bare not in _VERBS and not _ID.fullmatch(bare)
        if personal or (is_file and _HOME.match(before)):
            return self._marked("path_name", "name", name, rules)
        return name

    def _query(self, query: str, rules: list[str]) -> str:
        pairs = re.split(r"[&;]", query, maxsplit=MAX_PARTS)
        return "&".join(self._parameter(pair, rules) for pair in pairs if pair)

    def _parameter(self, pair: str, rules: list[str]) -> str:
        """`key=value`: the key stays when it is a program's word. A bare one may be a value: `?maria`."""
        key, equals, value = pair.partition("=")
        if MARK.fullmatch(key):
            shown = key
        elif not equals or not _PLAIN_KEY.fullmatch(key) or sum(map(str.isdigit, key)) > 4 or self._texts.found(key):
            shown = self._marked("url_key", "key", key, rules) if key else ""
        else:
            shown = key
        if not equals:
            return shown
        if value and not MARK.fullmatch(value) and not self._chooses_page(key, value):
            value = self._marked("url_value", "value", value, rules)
        return f"{shown}={value}"

    def _chooses_page(self, key: str, value: str) -> bool:
        """Is it a word that stands for a page, as a part of a path does: `?page=contact`?"""
        return key.lower() in self._page_parameters and _PAGE.fullmatch(value) is not None

    def _fragment(self, fragment: str, rules: list[str]) -> str:
        """A route (`#/cart?x=1`, `#!/cart`), or an anchor, of which only its change counts."""
        if fragment[:1] not in _ROUTE:
            if not fragment or MARK.fullmatch(fragment):
                return fragment
            return self._marked("url_fragment", "anchor", fragment, rules)
        path, question, query = fragment.partition("?")
        return self._path(path, rules, False) + (f"?{self._query(query, rules)}" if question else "")

    def _marked(self, rule: str, mark: str, text: str, rules: list[str]) -> str:
        rules.append(rule)
        return self._texts.mark(mark, text)


def _is_host(text: str) -> bool:
    return re.fullmatch(r"[A-Za-z0-9_.:\[\]-]{0,255}", text) is not None
