"""Properties as columns: one for each name that the rules keep, whatever signs it has."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pytest
import sqlglot

from replay_signals.pipelines.iceberg.dialects import DIALECTS, translated
from replay_signals.pipelines.iceberg.views import all_views, main
from replay_signals.schemas.privacy import Privacy
from support.made_rows import holding, made

HOSTILE = [
    "plan",
    "a/b~1.c",
    "o'clock",
    'say "hi"',
    "`;--",
    "$[0]",
    "line\nbreak",
    "{p}",
    "PROPERTIES(x)",
    "größe",
    "\\1",
]


def sessions_with(privacy: Privacy, *people: dict[str, object]) -> duckdb.DuckDBPyConnection:
    return holding(
        {
            "sessions": [
                made("sessions", team="t", session_id=f"s{n}", person_id=f"p{n}", person_properties=json.dumps(one))
                for n, one in enumerate(people)
            ]
        },
        privacy,
    )


def test_users_with_a_property_are_one_line() -> None:
    db = sessions_with(Privacy(), {"plan": "pro"}, {"plan": "free"}, {}, {"plan": "pro"})
    found = db.execute("SELECT DISTINCT visitor FROM session_properties WHERE plan = 'pro' ORDER BY 1").fetchall()
    assert found == [("p0",), ("p3",)]


def test_events_by_what_they_carry() -> None:
    events = [
        made("events", team="t", uuid=str(n), event="purchase", properties=text)
        for n, text in enumerate(['{"price":120.5,"value":true,"currency":{"is":"EUR"}}', '{"price":null}', "", "no"])
    ]
    db = holding({"events": events})
    found = db.execute("SELECT uuid, price, value, currency FROM event_properties ORDER BY 1").fetchall()
    assert found == [("0", "120.5", "true", '{"is":"EUR"}'), *((n, None, None, None) for n in "123")]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_is_only_ever_a_name(name: str) -> None:
    db = sessions_with(Privacy(person_properties=tuple(HOSTILE)), {name: "here"})
    row = db.sql("SELECT * FROM session_properties")
    assert (
        dict(zip(row.columns, *row.fetchall(), strict=True)).items()
        >= {one: "here" if one == name else None for one in HOSTILE}.items()
    )


def test_names_that_columns_have_already_and_names_that_say_no_property() -> None:
    privacy = Privacy(person_properties=("visitor", "Plan", "plan", "plan_", "$feature/*", "", "nul\0", "Plan"))
    db = sessions_with(privacy, {"visitor": "v", "Plan": "A", "plan": "b", "plan_": "c"})
    found = db.sql("SELECT * EXCLUDE (day, team, session_id, is_visitor) FROM session_properties")
    assert dict(zip(found.columns, *found.fetchall(), strict=True)) == {
        "visitor": "p0", "visitor_": "v", "Plan": "A", "plan_": "b", "plan__": "c"
    }  # fmt: skip


def test_hashed_properties_are_columns_of_both_and_without_any_the_view_has_its_own() -> None:
    hashed = sessions_with(Privacy(person_properties=(), event_properties=(), hashed_properties=("email",)), {})
    assert hashed.sql("SELECT * FROM session_properties").columns[-1] == "email"
    assert hashed.sql("SELECT * FROM event_properties").columns[-1] == "email"
    bare = sessions_with(Privacy(person_properties=()), {})
    assert bare.sql("SELECT * FROM session_properties").columns[-1] == "is_visitor"


def test_views_are_printed_with_the_properties_of_a_rules_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "rules.toml").write_text('[privacy]\nperson_properties = ["seats"]\n', "utf-8")
    main("trino", str(tmp_path / "rules.toml"))
    assert """JSON_EXTRACT_SCALAR("person_properties", '$["seats"]') AS "seats"\nFROM""" in capsys.readouterr().out


@pytest.mark.parametrize("engine", DIALECTS)
def test_other_engines_get_them_by_path(engine: str) -> None:
    queries = dict(all_views(privacy=Privacy(person_properties=tuple(HOSTILE))))
    text = translated(queries["session_properties"], engine)
    assert "/plan" not in text
    assert "TRY" not in text
    said = [
        exp.alias for exp in sqlglot.parse_one(text, read=DIALECTS[engine]).selects if not exp.find(sqlglot.exp.Null)
    ]
    assert [name for name in HOSTILE if name not in said] == ["o'clock", 'say "hi"', "$[0]", "\\1"]
