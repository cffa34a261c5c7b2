"""The suites run by Great Expectations itself, on pandas: the second opinion that the gate is held to.

The relations are the gate's own, so what is computed beside the columns is computed once.
"""

from __future__ import annotations

from typing import Any

import great_expectations as gx

from replay_signals.pipelines.gate.batch import Batch, parameters, relations
from replay_signals.pipelines.gate.evaluate import Finding
from replay_signals.schemas.expectations.suite import Suite


def check_by_gx(batch: Batch) -> list[Finding]:
    """What became of every expectation, without examples. Raises WarehouseError when a file cannot be read."""
    context: Any = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    frames = context.data_sources.add_pandas("gate")
    found: list[Finding] = []
    with relations(batch) as (connection, suites):
        for suite, relation in suites:
            columns = sorted({column for expectation in suite.expectations for column in expectation.columns})
            rows = connection.sql(f"SELECT {', '.join(map(_quoted, columns))} FROM {relation}").df()
            asset = frames.add_dataframe_asset(relation)
            asked = asset.add_batch_definition_whole_dataframe("all").get_batch({"dataframe": rows})
            result = asked.validate(gx.ExpectationSuite(**suite.as_gx()), expectation_parameters=parameters())
            found += _findings(suite, result, len(rows))
    return found


def _findings(suite: Suite, result: Any, rows: int) -> list[Finding]:
    by_id = {(r.expectation_config.type, str(r.expectation_config.meta["what"])): r for r in result.results}
    found = []
    for one in suite.expectations:
        told = by_id[one.type, one.what]
        if told.exception_info.get("raised_exception"):
            raise ValueError(f"{suite.name}, {one.type}: {told.exception_info['exception_message']}")
        unexpected = int(told.result.get("unexpected_count") or 0)
        found.append(Finding(suite.name, one.type, one.what, one.columns, rows, unexpected))
    return found


def _quoted(column: str) -> str:
    return f'"{column}"'
