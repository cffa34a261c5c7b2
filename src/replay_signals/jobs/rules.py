"""rules: every setting of a rules file with its meaning, unit and default, read from the rules' own schema."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator
from typing import Annotated, get_args, get_origin, get_type_hints

import msgspec

from replay_signals.jobs import render
from replay_signals.schemas.rules import Rules, RulesError, load_rules
from replay_signals.transforms.digest.place_rules import place_rules
from replay_signals.transforms.inbox.address_template import TemplateError
from replay_signals.transforms.inbox.player_link import PlayerLink
from replay_signals.transforms.inbox.still_link import StillLink
from replay_signals.transforms.privacy.policy import Policy

UNITS = {
    "_ms": "ms", "_px": "px", "_s": "s", "_bytes": "bytes", "points": "points of severity",
    "confidence": "0 to 1", "_share": "0 to 1", "_ratio": "0 to 1", "clicks": "clicks",
}  # fmt: skip


MAX_LINE_CHARS = 110
MAX_RULES_CHARS = 1_000_000
"""Else a device without an end would be read for ever."""
REQUIRED = object()
"""The default of a setting that has none: a list's entry must name it."""
EXAMPLES = {
    "privacy.own_patterns[].name": "ticket",
    "privacy.own_patterns[].pattern": "TICKET-[0-9]{4,8}",
    "values[].path": "/checkout",
    "values[].points": 10,
    "outcomes[].event": "order completed",
}
"""What a setting without a default shows in the file."""


class Setting(msgspec.Struct, frozen=True):
    """One key: its table (`clicks`, empty at the top; `values[]` for a list of tables), unit, default and meaning."""

    table: str
    name: str
    unit: str
    kind: object
    default: object
    meaning: str

    @property
    def key(self) -> str:
        """Dotted key as error messages name it."""
        return f"{self.table}.{self.name}" if self.table else self.name


def read_rules(path: str | None) -> Rules:
    """Rules of a file, the defaults without one; raises RulesError that names the file."""
    if path is None:
        return Rules()
    try:
        with open(path, encoding="utf-8") as file:  # noqa: PTH123 - a path that does not exist needs no object
            text = file.read(MAX_RULES_CHARS + 1)
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "not UTF-8 text"
        raise RulesError(f"cannot read {path}: {why}") from error
    if len(text) > MAX_RULES_CHARS:
        raise RulesError(f"{path}: longer than {MAX_RULES_CHARS:,} characters, which no file of rules is")
    try:
        return usable(load_rules(text))
    except RulesError as error:
        raise RulesError(f"{path}: {error}") from None


def usable(rules: Rules) -> Rules:
    """The rules, once selectors, national ids and addresses in them are understood; raises RulesError."""
    try:
        place_rules(Policy(rules.privacy))
    except (ValueError, KeyError) as error:
        raise RulesError(f"privacy: {error}") from None
    templates: dict[str, Callable[[str], object]] = {"player_url": PlayerLink, "still_url": StillLink}
    for name, link in templates.items():
        try:
            if template := getattr(rules.playback, name):
                link(template)
        except TemplateError as error:
            raise RulesError(f"playback.{name}: {error}") from None
    return rules


def settings(kind: type[msgspec.Struct] = Rules, table: str = "") -> Iterator[Setting]:
    """Every setting, depth first, in the order of the schema."""
    hints = get_type_hints(kind, include_extras=True)
    for field in msgspec.structs.fields(kind):
        own, meaning = _split(hints[field.name])
        path = f"{table}.{field.name}" if table else field.name
        item = get_args(own)[0] if get_origin(own) is list else None
        if isinstance(own, type) and issubclass(own, msgspec.Struct):
            yield from settings(own, path)
        elif isinstance(item, type) and issubclass(item, msgspec.Struct):
            yield from settings(item, f"{path}[]")
        else:
            yield Setting(table, field.name, _unit(field.name), own, _default(field), meaning)


def table_meaning(table: str) -> str:
    """What a table of settings is about."""
    kind: type[msgspec.Struct] = Rules
    meaning = ""
    for part in table.split("."):
        own, meaning = _split(get_type_hints(kind, include_extras=True)[part.removesuffix("[]")])
        kind = get_args(own)[0] if get_origin(own) is list else own  # type: ignore[assignment]  # a type
    return meaning or (kind.__doc__ or "").strip()


def as_toml() -> str:
    """The defaults as a documented rules file; lists of tables are commented out, since they are empty by default."""
    lines = ["# Every setting with its default. Each is optional: keep those that you change.", ""]
    table = ""
    for one in settings():
        listed = one.table.endswith("[]")
        mark = "# " if listed else ""
        if one.table != table:
            table = one.table
            lines += ["", f"# {table_meaning(table)}"]
            lines += [f"# [[{table[:-2]}]]" if listed else f"[{table}]"]
        note = f"# {one.meaning}{f' [{one.unit}]' if one.unit else ''}" if one.meaning else ""
        lines += [note] * bool(note) + [f"{mark}{one.name} = {_toml(one)}"]
    return "\n".join(lines) + "\n"


def _split(hint: object) -> tuple[object, str]:
    if get_origin(hint) is Annotated:
        own, *meta = get_args(hint)
        return own, next((m.description for m in meta if isinstance(m, msgspec.Meta) and m.description), "")
    return hint, ""


def _unit(name: str) -> str:
    return next((unit for suffix, unit in UNITS.items() if name.endswith(suffix)), "")


def _default(field: msgspec.structs.FieldInfo) -> object:
    if field.default is not msgspec.NODEFAULT:
        return field.default
    return field.default_factory() if field.default_factory is not msgspec.NODEFAULT else REQUIRED


def _toml(one: Setting) -> str:
    """A value as TOML writes it; JSON's scalars and lists are TOML's too."""
    value = EXAMPLES.get(one.key, 10) if one.default is REQUIRED else one.default
    if not isinstance(value, (list, tuple)):
        return msgspec.json.encode(value).decode()
    items = [msgspec.json.encode(item).decode() for item in value]
    if sum(map(len, items)) < MAX_LINE_CHARS:
        return f"[{', '.join(items)}]"
    return (
        "[\n"
        + textwrap.fill(
            ", ".join(items), MAX_LINE_CHARS, break_on_hyphens=False, initial_indent="  ", subsequent_indent="  "
        )
        + ",\n]"
    )


def _shown(one: Setting) -> str:
    """A default in a column; of a long list how long it is."""
    if one.default is REQUIRED:
        return "required"
    return f"{len(one.default)} entries" if isinstance(one.default, tuple) and len(one.default) > 2 else _toml(one)


def run(check: str | None, toml: bool) -> None:
    """Prints the settings, or checks a file; raises RulesError for one that cannot be used."""
    if check is not None:
        render.out().print(render.text(f"{check}: valid, rules version {read_rules(check).version}"))
    elif toml:
        render.write(as_toml().rstrip("\n").encode())
    else:
        columns = [("Setting", "left"), ("Default", "right"), ("Unit", "left"), ("Meaning", "fold")]
        render.rows(columns, [(s.key, _shown(s), s.unit, s.meaning) for s in settings()])
