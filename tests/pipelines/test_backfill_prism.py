"""Beam's portable runner Prism: what a cluster does, with the work in processes that share nothing with the driver."""

from __future__ import annotations

import logging
import os
import sys
from pathlib import Path
from typing import Any

import pytest
from apache_beam.pipeline import AppliedPTransform, Pipeline, PipelineVisitor
from apache_beam.portability import common_urns

from replay_signals.pipelines.batch import graph
from support.samples import ROOT
from support.warehouses import SMALL, backfill, lines, newest, snapshots, written

PRISM = ROOT / ".tools" / "prism"
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not PRISM.is_file(), reason="Prism is not built: `make prism` does it, with Go"),
]
ARGS = [
    f"--prism_location={PRISM}",
    "--experiments=use_loopback_process_worker",
    "--experiments=disable_prism_server_singleton",
]
SECOND = ("GroupByKey", "JudgeAndRevise", "WriteDataFiles", "Stored")


class OnTheSecondWorker(PipelineVisitor):
    """Prism starts a worker for each environment, and steps with other hints are of another environment."""

    def visit_transform(self, transform_node: AppliedPTransform) -> None:
        if transform_node.full_label.startswith(SECOND):
            transform_node.resource_hints = {common_urns.resource_hints.MIN_RAM_BYTES.urn: b"1000000"}


@pytest.fixture
def two_workers(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[str]:
    """Reading is one worker's and judging the other's; returns the arguments for it."""
    build = graph.backfill

    def built(pipeline: Pipeline, *rest: Any) -> None:
        build(pipeline, *rest)
        pipeline.visit(OnTheSecondWorker())

    monkeypatch.setattr(graph, "backfill", built)
    _python(tmp_path / "bin")
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}")
    return ARGS


def _python(folder: Path) -> None:
    """Beam starts workers as `python -c CODE`; Prism has one table of metrics by number, and workers count alike."""
    folder.mkdir()
    numbers = "from apache_beam.runners.worker import sdk_worker; sdk_worker.SHORT_ID_CACHE._last_short_id = $$ << 16"
    (folder / "python").write_text(f'#!/bin/sh\nexec {sys.executable} -c "{numbers}; $2"\n')
    (folder / "python").chmod(0o755)


def test_two_workers_give_the_same_tables_and_merge_into_what_is_there(
    two_workers: list[str], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    prism: dict[str, Any] = {"runner": "PrismRunner", "beam_args": two_workers}
    caplog.set_level(logging.WARNING, "apache_beam")  # commands that ran in this process before may have silenced it
    halves = [written(tmp_path / f"{i}.jsonl", lines(*SMALL)[i::2]) for i in range(2)]
    for half in halves:
        backfill(tmp_path / "prism", half, **prism)
    backfill(tmp_path / "default", *SMALL)

    assert sum("Starting worker with command" in message for message in caplog.messages) == 4
    assert newest(tmp_path / "prism") == newest(tmp_path / "default")
    before = snapshots(tmp_path / "prism")
    backfill(tmp_path / "prism", halves[1], **prism)
    assert snapshots(tmp_path / "prism") == before
