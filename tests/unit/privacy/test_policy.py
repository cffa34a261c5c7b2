"""The policy: names, ids, people, properties, chains, payloads, and what is counted of what they lost."""

from __future__ import annotations

import pickle
import re
import time

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from replay_signals.schemas.privacy import Elements, Patterns, Privacy
from replay_signals.transforms.privacy.policy import KEEP, MASK, REMOVE, UNKNOWN, Policy, Removed

POLICY = Policy(key=b"test")
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
)


def test_a_name_depends_on_its_place() -> None:
    removed = Removed()
    assert POLICY.name("Buy for Maria", KEEP, "name", removed) == "Buy for Maria"
    masked = POLICY.name("Buy for Maria", MASK, "name", removed)
    assert masked.startswith("[text:")
    assert POLICY.name("Buy for Maria", UNKNOWN, "name", removed) == masked
    assert POLICY.name("Buy for Anna", MASK, "name", removed) != masked
    assert POLICY.name("Buy for Maria", REMOVE, "name", removed) == "[removed]"
    assert POLICY.name(" save  CHANGES", MASK, "name", removed) == " save  CHANGES"
    assert removed == {"name/masked_element": 3, "name/removed_element": 1}


def test_private_by_default_keeps_known_words_only() -> None:
    policy = Policy(Privacy(control_names="mask"))
    assert policy.name("Buy for Maria", KEEP, "name", Removed()).startswith("[text:")
    assert policy.name("Save", KEEP, "name", Removed()) == "Save"


def test_actions_of_patterns() -> None:
    text = "to maria@example.com"
    kept = {
        a: Policy(Privacy(patterns=Patterns(email=a))).text(text, "x", Removed()) for a in ("keep", "mask", "remove")
    }
    assert kept == {"keep": text, "mask": "to [email]", "remove": "to "}
    policy = Policy(Privacy(patterns=Patterns(email="hash")))
    assert policy.text(text, "x", Removed()) != policy.text("to anna@example.com", "x", Removed())


def test_people_count_under_any_key() -> None:
    a, b = POLICY.distinct_id("maria@example.com", Removed()), POLICY.distinct_id("anna@example.com", Removed())
    assert a != b
    assert a.startswith("h_")
    assert POLICY.distinct_id(a, Removed()) == a
    assert Policy(key=b"other").distinct_id("maria@example.com", Removed()) != a
    assert POLICY.distinct_id("Maria Schmidt", Removed()).startswith("h_")
    for opaque in ("user_8812345", "0190b5c2-7d1e-7000-8000-0123456789ab", "anonymous"):
        assert POLICY.distinct_id(opaque, Removed()) == opaque


def test_properties_are_on_a_list_and_still_cleaned() -> None:
    removed = Removed()
    kept = POLICY.event_properties(
        {
            "$ip": "203.0.113.7",
            "city": "Berlin",
            "$current_url": "https://shop.test/?e=maria",
            "$feature/new": "variant-a",
            "$feature/who": "Maria Schmidt",
            "$screen_name": "Mail maria@example.com",
            "revenue": 12.5,
            "value": {"email": "maria@example.com", "n": 1},
        },
        removed,
    )
    text = msgspec.json.encode(kept).decode()
    assert "aria" not in text.replace("variant", "")
    assert kept["revenue"] == 12.5
    assert kept["$feature/new"] == "variant-a"
    assert kept["value"] == {"email": "[value]", "n": 1}
    assert removed["properties/property"] == 2
    assert POLICY.person_properties({"email": "maria@x.de", "plan": "pro"}, Removed()) == {"plan": "pro"}
    hashed = Policy(Privacy(hashed_properties=("email",))).person_properties({"email": "maria@x.de"}, Removed())
    assert str(hashed["email"]).startswith("h_")


def test_an_exception_keeps_what_and_where() -> None:
    entry = {
        "type": "TypeError",
        "value": "No user 'Maria'",
        "mechanism": {"handled": False, "data": "maria"},
        "stacktrace": {
            "frames": [
                {
                    "filename": "https://shop.test/app.js?u=maria",
                    "function": "pay",
                    "lineno": 3,
                    "context_line": "let a = 'Maria'",
                    "vars": {"user": "maria"},
                }
            ]
        },
    }
    (kept,) = POLICY.event_properties({"$exception_list": [entry]}, Removed())["$exception_list"]  # type: ignore[misc]
    assert "aria" not in msgspec.json.encode(kept).decode()
    assert kept["type"] == "TypeError"
    assert kept["mechanism"] == {"handled": False}
    (frame,) = kept["stacktrace"]["frames"]
    assert (frame["function"], frame["lineno"]) == ("pay", 3)


def test_a_chain_shows_its_own_ancestry() -> None:
    button = 'button.btn:attr__id="pay"nth-child="2"text="Buy it"attr__value="maria"'
    assert POLICY.elements_chain(f"{button};div.card", Removed()).startswith(
        'button.btn:attr__id="pay"nth-child="2"text="Buy it"'
    )
    masked = POLICY.elements_chain(f'{button};div.ph-mask:text="Maria \\"Mia\\"";body', Removed())
    assert "Buy it" not in masked
    assert "aria" not in masked
    assert masked.endswith(";div.ph-mask;body")


def test_a_payload_keeps_its_form() -> None:
    removed = Removed()
    payload = b'{"event":"$snapshot","maria":"Maria","data":"{\\"type\\":12,\\"x\\":\\"M\\u00fcl\\"}","t":true, cut'
    assert POLICY.payload(payload, removed) == (
        b'{"event":"$xxxxxxxx","xxxxx":"xxxxx","data":"{\\"type\\":00,\\"x\\":\\"xxx\\"}","t":true, xxx'
    )
    assert POLICY.payload(b"\x1f\x8b\x08\x00\xff\xfe\xfd\xfc\xfb", removed) == b"[9 bytes, begin 1f8b0800]"
    assert Policy(Privacy(dead_letters="remove")).payload(payload, removed) == b""
    assert Policy(Privacy(dead_letters="keep")).payload(payload, removed) == payload


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_have_a_form(payload: bytes) -> None:
    POLICY.payload(payload, Removed())


@settings(deadline=None)
@given(st.text(max_size=200))
def test_no_letters_of_a_payload_stay(text: str) -> None:
    form = POLICY.payload(f'{{"unknown":"{text}'.encode("utf-8", "surrogatepass"), Removed()).decode()
    assert set(form) <= set("x0") | {c for c in form if not c.isalnum()} | set("truefalsn")


@settings(deadline=None)
@given(st.dictionaries(st.text(max_size=10) | st.sampled_from(["$exception_list", "$feature/x", "value"]), VALUES))
def test_any_properties_are_cleaned(properties: dict[str, object]) -> None:
    POLICY.event_properties(properties, Removed())
    POLICY.person_properties(properties, Removed())


@settings(deadline=None)
@given(st.text(max_size=200))
def test_any_text_is_a_chain(chain: str) -> None:
    once = POLICY.elements_chain(chain, Removed())
    assert POLICY.elements_chain(once, Removed()) == once


def test_workers_get_the_same_policy() -> None:
    copy = pickle.loads(pickle.dumps(POLICY))
    assert copy.name("Maria", MASK, "name", Removed()) == POLICY.name("Maria", MASK, "name", Removed())


def test_a_selector_that_cannot_be_read_is_refused() -> None:
    with pytest.raises(ValueError, match="a:hover"):
        Policy(Privacy(elements=Elements(mask=("a:hover",))))


@pytest.mark.parametrize(
    "key",
    ["mysql_pwd", "stripetoken", "github_token", "credentials", "private_key", "access_token", "sessionid", "api_key"],
)
def test_keys_that_others_scrub_are_personal_here(key: str) -> None:
    assert POLICY.line(f"{key}=hunter2", "line", Removed()) == f"{key}=[value]"


@pytest.mark.parametrize("repeated", [b'\\"', b'{\\"a\\":', b'"', b'" ', b'\\\\"', b'":'])
def test_a_cut_payload_costs_what_its_length_does(repeated: bytes) -> None:
    payload = repeated * (40_000 // len(repeated)) + b"\\"
    started = time.process_time()
    assert len(POLICY.payload(payload, Removed())) <= len(payload)
    assert time.process_time() - started < 1.0


def test_a_checksum_says_nothing_without_the_key() -> None:
    one, other = Policy(key=b"one"), Policy(key=b"two")
    assert one.checksum(b'"Maria"') == one.checksum(b'"Maria"')
    assert one.checksum(b'"Maria"') != other.checksum(b'"Maria"')


def test_a_distinct_id_that_only_begins_like_a_hash_is_hashed() -> None:
    hashed = POLICY.distinct_id("h_maria@example.org", Removed())
    assert re.fullmatch(r"h_[0-9a-f]{32}", hashed)
    assert POLICY.distinct_id(hashed, Removed()) == hashed


def test_the_version_is_of_the_rules_not_of_the_key() -> None:
    own = Privacy(control_names="mask")
    assert Policy(key=b"one").version == Policy(key=b"two").version != Policy(own).version
