from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from replay_signals.transforms.reproduce.minimal import minimal
from replay_signals.transforms.reproduce.steps import Click, LeadsOn, Plan, Target


def plan_of(names: list[str]) -> Plan:
    steps = tuple(Click(Target(name, ())) for name in names)
    return Plan("problem", "session", "dead_end", "title", "/", 800, 600, steps, LeadsOn(None, 1000))


@given(st.lists(st.sampled_from("abcdef"), max_size=8), st.sets(st.sampled_from("abcdef"), max_size=3))
def test_no_single_step_can_be_left_out_of_what_is_left(names: list[str], needed: set[str]) -> None:
    def shows(plan: Plan) -> bool:
        return needed <= {step.target.what for step in plan.steps}

    plan = plan_of(names)
    if shows(plan):
        assert sorted(step.target.what for step in minimal(plan, shows).steps) == sorted(needed)


def test_steps_that_only_work_together_stay_together() -> None:
    def shows(plan: Plan) -> bool:
        names = [step.target.what for step in plan.steps]
        return ("open" in names) == ("close" in names) and "go" in names

    assert len(minimal(plan_of(["open", "close", "go"]), shows).steps) == 3
