"""The consumer library where there is no broker; tests/services has the rest."""

from __future__ import annotations

from pathlib import Path

import pytest
from confluent_kafka import KafkaException

from replay_signals import inbox
from replay_signals.jobs.stack_state import free_ports


@pytest.mark.slow
def test_a_broker_that_never_answers_is_an_error_of_a_run_that_ends(tmp_path: Path) -> None:
    nobody = f"127.0.0.1:{free_ports(['nobody'])['nobody']}"
    with pytest.raises(KafkaException):
        inbox.consume(
            print,
            bootstrap=nobody,
            group="inbox-none",
            ledger=inbox.SqliteLedger(tmp_path / "ledger.db"),
            until_quiet_s=2,
        )


def test_no_attempts_would_lose_records(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="attempts"):
        inbox.consume(
            print,
            bootstrap="127.0.0.1:1",
            group="inbox-none",
            ledger=inbox.SqliteLedger(tmp_path / "ledger.db"),
            attempts=0,
        )
