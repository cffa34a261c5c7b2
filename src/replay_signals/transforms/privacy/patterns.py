"""Patterns: personal data that a text shows by its form, each candidate checked before it counts.

Check digits are python-stdnum's. Quantifiers are bounded and every search has a cheap condition before it, so that a
hostile text costs no more than its length.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from ipaddress import ip_address
from typing import NamedTuple

from stdnum import iban, imei, luhn

from replay_signals.transforms.privacy.encodings import says
from replay_signals.transforms.privacy.national_ids import finder


class Span(NamedTuple):
    """Where something was found, and the name of the pattern."""

    start: int
    end: int
    rule: str


Check = Callable[[str], int]
"""How many characters of a candidate are what the pattern looks for; 0 for none."""


class Pattern(NamedTuple):
    """`possible` is the cheap condition on a whole text, `candidates` the search, `check` the proof."""

    rule: str
    possible: Callable[[str], bool]
    candidates: re.Pattern[str]
    check: Check


def _digits(text: str) -> str:
    return "".join(char for char in text if char.isdigit())


def _all(text: str) -> int:
    return len(text)


def _is_card(text: str) -> int:
    digits = _digits(text)
    return len(text) if _ISSUERS.match(digits) and luhn.is_valid(digits) and len(set(digits)) > 1 else 0


def _is_iban(text: str) -> int:
    """An account number ends where its country says; what follows may be the next word."""
    for end in [len(text), *(found.start() for found in reversed([*re.finditer(" ", text)]))]:
        if iban.is_valid(text[:end]):
            return end
    return 0


def _is_place(text: str) -> int:
    latitude, longitude = (float(part) for part in re.findall(r"-?\d+\.\d+", text)[:2])
    return len(text) if abs(latitude) <= 90 and abs(longitude) <= 180 else 0


def _is_ip(text: str) -> int:
    try:
        address = ip_address(text)
    except ValueError:
        return 0
    return 0 if address.is_loopback or address.is_unspecified or text.endswith(".0") else len(text)


def _is_imei(text: str) -> int:
    return len(text) if imei.is_valid(text) else 0


def _is_phone(text: str) -> int:
    return len(text) if 7 <= len(_digits(text)) <= 15 else 0  # ITU-T E.164: at most 15 digits


def _is_mail(text: str) -> int:
    """Firefox and Safari write frames as `function@file.js:1:2`."""
    return 0 if text.rpartition(".")[2].lower() in _FILES else len(text)


def _is_random(text: str) -> int:
    if RANDOM.fullmatch(text):
        return 0
    kinds = sum(1 for kind in (str.isdigit, str.islower, str.isupper) if any(map(kind, text)))
    return len(text) if kinds == 3 or (kinds == 2 and any(map(str.isdigit, text)) and "-" not in text) else 0


def _is_encoded(text: str) -> int:
    return 0 if RANDOM.fullmatch(text) or not says(text) else len(text)


def _has(*needles: str) -> Callable[[str], bool]:
    return lambda text: any(needle in text for needle in needles)


_NUMERIC = re.compile(r"\d(?:[^\d\n]{0,3}\d){5}")
_LONG = re.compile(r"[A-Za-z0-9+/_=-]{12}")


def _numeric(text: str) -> bool:
    return _NUMERIC.search(text) is not None


def _long(text: str) -> bool:
    return _LONG.search(text) is not None


_SHORT_WORD = re.compile(r"[A-Za-z_-]{0,11}|[A-Za-z0-9_-]{1,5}")
"""Too short, or with too few digits, for any pattern: most parts of an address are such words."""
_ISSUERS = re.compile(r"(?:2[0-7]|3[0-9]|4|5|6)\d+$")
"""First digits of payment networks: Mir, Mastercard, Diners, JCB, Amex, Visa, Maestro, Discover, UnionPay."""
_FILES = frozenset(("js", "mjs", "cjs", "jsx", "ts", "tsx", "css", "html", "php", "png", "svg", "wasm", "bundle"))
"""Ends of names of files that are no top-level domains."""
RANDOM = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.I)
"""A UUID: names nobody, and some of its parts look like numbers of people."""
RANDOM_ID = "uuid"
_AT = r"(?:@|[ ]?[\[({<][ ]?(?:at|ät|arroba)[ ]?[\])}>][ ]?)"
_DOT = r"(?:\.|[ ]?[\[({<][ ]?(?:dot|punkt|punto)[ ]?[\])}>][ ]?)"
_PART = r"[^\s@\"'<>()\[\]{},;:\\/=?&]"
_LABEL = r"[^\s@\"'<>()\[\]{},;:\\/=?&.!#%|\ue000]"
"""Not letters and digits alone: names of domains and mailboxes may be of any script, with marks of any kind."""
_CLOUD = (
    r"(?:AKIA|ASIA|AIDA|AROA)[A-Z0-9]{16}",  # AWS access key ids
    r"AIza[\w-]{35}|ya29\.[\w-]{20,200}",  # Google
    r"gh[pousr]_[A-Za-z0-9]{30,255}|github_pat_\w{22,255}",
    r"glpat-[\w-]{20,100}",
    r"xox[abeoprs]-[\w-]{10,200}",  # Slack
    r"(?:sk|pk|rk|whsec)_(?:live_|test_)?[A-Za-z0-9]{16,200}",  # Stripe
    r"sk-[\w-]{20,200}",  # OpenAI, Anthropic
    r"ph[cxsa]_[A-Za-z0-9]{20,100}",  # PostHog
    r"npm_[A-Za-z0-9]{36}|pypi-[\w-]{50,300}|dop_v1_[a-f0-9]{64}|hf_[A-Za-z0-9]{30,60}|SG\.[\w-]{16,32}\.[\w-]{16,64}",
    r"(?:AccountKey|SharedAccessKey|sig)=[A-Za-z0-9+/%=]{20,200}",  # Azure
)

CHECKED: tuple[Pattern, ...] = (
    Pattern(
        "private_key",
        _has("-----BEGIN"),
        re.compile(r"-----BEGIN [A-Z ]{0,30}PRIVATE KEY.*?(?:-----END[^-]{0,40}-----|$)", re.DOTALL),
        _all,
    ),
    Pattern("jwt", _has("eyJ"), re.compile(r"eyJ[\w-]{5,600}(?:\.[\w-]{0,2000}){1,4}"), _all),
    Pattern(
        "bearer",
        lambda text: " " in text or "+" in text,
        re.compile(r"\b(?:bearer|basic|digest|token|apikey)[ +]+(?=[\w.~+/=-]{0,100}[\d=_-])[\w.~+/=-]{8,2000}", re.I),
        _all,
    ),
    Pattern("cloud_key", _long, re.compile(rf"(?<![A-Za-z0-9])(?:{'|'.join(_CLOUD)})"), _all),
    Pattern(
        "email",
        _has("@", "[", "(", "{", "<"),
        re.compile(
            rf"(?:\"[^\"\s]{{1,64}}\"|{_PART}{{1,64}}){_AT}(?:{_LABEL}{{1,63}}{_DOT}){{1,8}}[^\W\d_]{_LABEL}{{1,62}}",
            re.I,
        ),
        _is_mail,
    ),
    Pattern(
        "email",
        _has(" dot ", " DOT ", " Dot "),
        re.compile(rf"{_PART}{{1,64}} at (?:{_LABEL}{{1,63}} dot ){{1,8}}[^\W\d_]{_LABEL}{{1,62}}", re.I),
        _all,
    ),
    Pattern(
        "email",  # of a network of one's own, or written backwards
        _has("@"),
        re.compile(r"(?<![\w.+-])[\w.+%-]{1,64}@(?=[\w-]{0,20}[^\W\d_]{2})[^\W\d_][\w-]{1,62}(?!\w|\.[\w.]+:\d)"),
        _all,
    ),
    Pattern(
        "handle",
        _has("@"),
        re.compile(
            r"(?<![\w@./-])@(?!(?:import|media|font-face|(?:-\w+-)?keyframes|charset|supports|layer|container)\b)"
            r"[^\W\d_][\w.]{1,39}(?![\w/])"
        ),
        _all,
    ),
    Pattern(
        "iban", _numeric, re.compile(r"(?<![^\W_])[A-Z]{2}\d{2}(?:[ -]?[A-Z0-9]){11,30}(?![^\W_])", re.I), _is_iban
    ),
    Pattern("card", _numeric, re.compile(r"(?<![^\W_])\d(?:[ \-.]?\d){12,18}(?![^\W_])"), _is_card),
    Pattern(
        "coordinates",
        _numeric,
        re.compile(r"(?<![\w.])-?\d{1,2}\.\d{4,15}°?\s?[NS]?\s{0,2}[,;/|+ ]\s{0,2}-?\d{1,3}\.\d{4,15}(?![\w.])"),
        _is_place,
    ),
    Pattern(
        "coordinates",
        _has("°"),
        re.compile(r"\d{1,3}°\s?\d{1,2}(?:\.\d+)?['′]\s?(?:\d{1,2}(?:\.\d+)?[\"″]?)?\s?[NSEWO]?"),
        _all,
    ),
    Pattern("device_id", _numeric, re.compile(r"(?<![\w-])\d{2}[ -]?\d{6}[ -]?\d{6}[ -]?\d(?![\w-])"), _is_imei),
    Pattern(
        "device_id",
        _has(":", "-"),
        re.compile(r"(?<![\w:-])[0-9a-f]{2}(?:[:-][0-9a-f]{2}){5}(?![\w:-])", re.I),
        _all,
    ),
    Pattern("ip", _has("."), re.compile(r"(?<![\w./-])\d{1,3}(?:\.\d{1,3}){3}(?![\w.])"), _is_ip),
    Pattern("ip", _has(":"), re.compile(r"(?<![\w:.])(?:[0-9a-f]{0,4}:){4,7}[0-9a-f]{0,4}(?![\w:])", re.I), _is_ip),
    Pattern(
        "phone",
        _numeric,
        re.compile(
            r"(?<![\w.])(?:\+|00)[ ]?\(?[1-9]\)?(?:[ ().\-/]{0,3}\d){6,14}(?![^\W_])"  # with a country code
            r"|(?<![\w./:-])\(?0[1-9]\d{0,4}\)?[ \-/.]{1,3}\d(?:[ \-/.]?\d){3,9}(?![\w-])"  # with a trunk zero
            r"|(?<![\w.])0[1-9]\d{8,10}(?![^\W_])"
            r"|(?<![\w.-])(?:1[ .-])?\(?[2-9]\d\d\)?[ .-]{1,2}[2-9]\d\d[ .-]\d{4}(?![\w-])"  # North America
        ),
        _is_phone,
    ),
    Pattern("encoded", _long, re.compile(r"(?<![A-Za-z0-9+/_%-])[A-Za-z0-9+/_-]{12,4000}={0,2}"), _is_encoded),
    Pattern("secret", _long, re.compile(r"(?<![A-Za-z0-9+/_=-])[A-Za-z0-9+/_-]{32,4000}={0,2}"), _is_random),
    Pattern("number", _numeric, re.compile(r"(?<![\w.,])\d{6,40}(?!\w)"), _all),
)


_ANYTHING = re.compile(
    r"[\d@\[({<:]|(?:[0-9A-Fa-f]{2}-){5}|[A-Za-z0-9+/_=-]{12}|-----BEGIN|eyJ| (?:dot|DOT|Dot) "
    r"|(?i:bearer|basic|digest|token|apikey)"
)
"""What one of the patterns needs. Most names of elements have none of it, and are looked at once instead of often."""


class Finder:
    """The patterns that the rules look for, strongest first."""

    def __init__(self, rules: frozenset[str], national_ids: tuple[str, ...], own: Sequence[Pattern] = ()) -> None:
        self._own = [pattern for pattern in own if pattern.rule in rules]
        self._hides_uuids = RANDOM_ID in rules
        self._patterns = [pattern for pattern in CHECKED if pattern.rule in rules]
        if "national_id" in rules and national_ids:
            at = next((i for i, p in enumerate(self._patterns) if p.rule in ("coordinates", "ip", "phone")), 0)
            national = Pattern("national_id", _numeric, *finder(national_ids))
            self._patterns.insert(at, national)

    def find(self, text: str) -> list[Span]:
        """What was found, in order, without overlaps."""
        found: list[Span] = []
        for pattern in self._own:
            found = self._added(pattern, text, found)
        if _SHORT_WORD.fullmatch(text) or _ANYTHING.search(text) is None:
            return found
        if "-" in text:
            uuids = (Span(uuid.start(), uuid.end(), RANDOM_ID) for uuid in RANDOM.finditer(text))
            found = sorted([*found, *(span for span in uuids if not _overlaps(span, found))])
        for pattern in self._patterns:
            if pattern.possible(text):
                found = self._added(pattern, text, found)
        return found if self._hides_uuids else [span for span in found if span.rule != RANDOM_ID]

    @staticmethod
    def _added(pattern: Pattern, text: str, found: list[Span]) -> list[Span]:
        """What was found, and what a weaker pattern finds beside it."""
        own = [span for span in _spans(pattern, text) if not _overlaps(span, found)]
        return sorted(found + own) if own else found


def _spans(pattern: Pattern, text: str) -> Iterator[Span]:
    for candidate in pattern.candidates.finditer(text):
        length = pattern.check(candidate[0])
        if length:
            yield Span(candidate.start(), candidate.start() + length, pattern.rule)


def _overlaps(span: Span, found: list[Span]) -> bool:
    """Whether it lies on one of the spans found before, which are in order and do not overlap."""
    at = bisect_right(found, span.start, key=_start)
    return (at > 0 and found[at - 1].end > span.start) or (at < len(found) and found[at].start < span.end)


def _start(span: Span) -> int:
    return span.start
