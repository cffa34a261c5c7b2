"""What the documentation tells people to type exists."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator

import pytest
import typer.main

from replay_signals.jobs import cli, exits
from replay_signals.schemas.inbox import AVRO_SCHEMA
from replay_signals.transforms.signals import SIGNALS
from support.samples import ROOT

PAGES = ["README.md", "CONTRIBUTING.md", *(f"docs/{p.name}" for p in sorted((ROOT / "docs").glob("*.md")))]
TARGETS = set(re.findall(r"(?m)^([a-z-]+):.*## ", (ROOT / "Makefile").read_text()))
GROUP = typer.main.get_command(cli.app)
COMMANDS = GROUP.commands  # type: ignore[attr-defined]


def _options(command: str | None) -> set[str]:
    own = GROUP if command is None else COMMANDS[command]
    below = [] if command is None else getattr(own, "commands", {}).values()
    params = [param for each in (own, *below) for param in each.params]
    return {name for param in params for name in param.opts if name.startswith("-")} | {"--help", "-h"}


def _shown_commands(text: str) -> Iterator[list[str]]:
    """Words of every `replay-signals …` in code blocks and code spans."""
    lines = re.findall(r"(?m)^    (.*replay-signals .*)$", text) + re.findall(
        r"`([^`\n]*replay-signals [^`\n]*)`", text
    )
    for line in lines:
        shown = re.sub(r"^.*?replay-signals(?= )", "replay-signals", line)
        words = shlex.split(re.split(r" > | \| ", shown.partition("  #")[0])[0])
        if words[0] == "replay-signals":
            yield words[1:]


@pytest.mark.parametrize("page", PAGES)
def test_every_make_target_that_is_shown_exists(page: str) -> None:
    shown = set(re.findall(r"(?:^    |`|\n    )make ([a-z-]+)", (ROOT / page).read_text()))
    assert shown <= TARGETS
    if page == "README.md":
        assert {"demo", "test", "setup", "check", "help"} <= shown


@pytest.mark.parametrize("page", PAGES)
def test_every_command_and_option_that_is_shown_exists(page: str) -> None:
    for words in _shown_commands((ROOT / page).read_text()):
        own = [word for word in words if not word.startswith("-")]
        command = own[0] if own and own[0] in COMMANDS else None
        assert command is not None or own[:1] in ([], ["COMMAND"], ["…"]), f"{page} shows {words}"
        allowed = _options(command) | _options(None)
        options = {word.partition("=")[0] for word in words if word.startswith("-") and word != "--"}
        assert options <= allowed, f"{page} shows {words}"


def test_the_readme_shows_each_command() -> None:
    shown = {words[0] for words in _shown_commands((ROOT / "README.md").read_text()) if words}
    assert set(COMMANDS) - {"formats"} <= shown


def test_the_command_page_has_every_command_option_and_exit_code() -> None:
    text = (ROOT / "docs" / "cli.md").read_text()
    every = {option for name in [None, *COMMANDS] for option in _options(name)}
    assert [option for option in sorted(every) if f"{option}" not in text and option != "-h"] == []
    assert [name for name in COMMANDS if not re.search(rf"(?m)^## .*\b{name}\b", text)] == []
    for code, meaning in exits.MEANINGS.items():
        assert f"| {code.value} | {meaning}" in text.replace("`", "")


def test_the_inbox_page_has_every_field() -> None:
    text = (ROOT / "docs" / "inbox.md").read_text()
    assert [field["name"] for field in AVRO_SCHEMA["fields"] if field["name"] not in text] == []  # type: ignore[attr-defined]


def test_the_changelog_names_every_kind_of_signal() -> None:
    assert [kind for kind in SIGNALS if f"`{kind}`" not in (ROOT / "CHANGELOG.md").read_text()] == []


@pytest.mark.parametrize("page", PAGES)
def test_links_between_pages_lead_somewhere(page: str) -> None:
    path = ROOT / page
    prose = re.sub(r"(?s)```.*?```|`[^`\n]*`", "", path.read_text())
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", prose):
        assert (path.parent / target).exists(), f"{page} links to {target}"


def test_help_prints_every_target_with_a_sentence() -> None:
    phony = re.search(r"(?m)^\.PHONY: (.*)$", (ROOT / "Makefile").read_text())
    assert phony is not None
    assert set(phony[1].split()) == TARGETS
