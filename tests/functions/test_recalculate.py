"""The function of the state machine `recalculate`: its steps, and the names of their errors."""

from __future__ import annotations

import json
from typing import Any

import pytest
from support.events import Context, answer, request

from functions.api.app import handler as api
from functions.recalculate.app import handler as recalculate
from gramledger.adapters.aws.world import aws_world
from gramledger.core.recalculation import Basis, Selection
from gramledger.core.recalculations import Recalculation
from gramledger.entry.task import Final, Halted

pytestmark = pytest.mark.usefixtures("deployed")

ID = "01K9XFT7G1G83EFRTNJJN6PQ8A"


def asked(**members: Any) -> dict[str, Any]:
    """The payload of a step, of a project without entries and a recalculation of it."""
    _, project = answer(api(request("POST", "/v1/projects", body={"name": "demo"}), Context()))
    place = {"tenant": "acme", "project_id": project["project_id"], "recalculation_id": ID}
    basis = Basis("default@1", prices="genai-prices-0.2.3")
    record = Recalculation(
        **place, project_name="demo", requested_by="ada", created_at=1, basis=basis, selection=Selection()
    )
    aws_world().recalculations.create(record)
    return {**place, "turn": "preview", **members}


def test_the_steps_lead_to_a_preview() -> None:
    payload = asked()
    assert recalculate({**payload, "step": "plan"}, Context()) == {"windows": []}
    assert recalculate({**payload, "step": "finish"}, Context()) == {"status": "planned", "turn": None}


def test_a_step_of_another_turn_halts_and_one_of_nothing_is_final() -> None:
    payload = asked(turn="run", step="plan")
    with pytest.raises(Halted, match="nothing to do"):
        recalculate(payload, Context())
    with pytest.raises(Final) as refused:
        recalculate({**payload, "recalculation_id": "01K9XFT7G1G83EFRTNJJN6PQ8B"}, Context())
    assert json.loads(str(refused.value))["code"] == "not-found"


def test_what_fails_is_kept_and_an_unknown_step_is_an_error_of_ours() -> None:
    payload = asked(step="give_up", error={"Error": "Lambda.Unknown", "Cause": ""})
    assert recalculate(payload, Context()) == {"status": "failed", "turn": None}
    with pytest.raises(ValueError, match="no step 'dance'"):
        recalculate({**payload, "step": "dance"}, Context())
