"""brief: everything that somebody needs who mends a problem, as Markdown or JSON."""

from __future__ import annotations

from replay_signals.jobs import render
from replay_signals.jobs.player_links import still_link
from replay_signals.jobs.rules import read_rules
from replay_signals.jobs.tables import Store
from replay_signals.jobs.verdicts import problem_of
from replay_signals.schemas.briefs import Brief
from replay_signals.schemas.problem_rows import ProblemRow
from replay_signals.transforms.brief.budget import brief_json
from replay_signals.transforms.brief.markdown import markdown
from replay_signals.transforms.brief.script import own_part
from replay_signals.transforms.reproduce.steps import NoScript, Script


def run(wanted: str, store: Store, rules: str | None, *, json: bool) -> None:
    """Prints the brief of a problem. Raises RulesError, InboxError and WarehouseError."""
    brief = Problems(store, rules).brief(wanted)
    if json:
        render.write(brief_json(brief))
    else:
        render.write(markdown(brief).rstrip("\n").encode())


class Problems:
    """The problems of a warehouse as of now, to be read one by one. `how_to_list` says how to get their ids."""

    def __init__(self, store: Store, rules: str | None = None, how_to_list: str = "") -> None:
        from replay_signals.pipelines.iceberg.catalog import PinnedTable, open_catalog, open_tables

        self._rules, self._how_to_list = read_rules(rules), how_to_list
        opened = open_tables(open_catalog(store.warehouse, store.catalog, create=False), create=False)
        self._tables = {name: PinnedTable(table) for name, table in opened.items()}

    def all(self) -> list[ProblemRow]:
        """The newest row of each. Raises WarehouseError."""
        from replay_signals.pipelines.problems.counting import Limits
        from replay_signals.pipelines.problems.loading import stored_problems

        return stored_problems(self._tables["problems"].table, Limits())

    def row(self, wanted: str) -> ProblemRow:
        """The problem with an id or its start. Raises InboxError and WarehouseError."""
        return problem_of({row.problem_id: row for row in self.all()}, wanted, self._how_to_list)

    def brief(self, wanted: str) -> Brief:
        """Its brief, with the part of its script that is its own. Raises InboxError and WarehouseError."""
        from replay_signals.pipelines.problems.briefs import briefs_of
        from replay_signals.pipelines.problems.counting import Limits

        row = self.row(wanted)
        script = self.script(row)
        text = "" if isinstance(script, NoScript) else own_part(script.text)
        opened = {name: pinned.table for name, pinned in self._tables.items()}
        (brief,) = briefs_of(opened, [row], Limits(), {row.problem_id: text}, still_link(self._rules))
        return brief

    def script(self, row: ProblemRow, base_url: str = "") -> Script | NoScript:
        """Its script, or why there is none. Raises WarehouseError."""
        from replay_signals.pipelines.reproduction import script_of

        return script_of(row, self._tables, self._rules, base_url=base_url)
