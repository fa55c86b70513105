"""Steps of the state machine `daily_usage`: what providers have on usage becomes imports, day by day.

{step: plan, request} -> {works, request, more}; {step: fetch, work} -> {next: again | wait | done, seconds, work};
{step: give_up, work, error} -> {}, where a step of the work has failed for good.
"""

from typing import Any

from gramledger import settings
from gramledger.adapters.aws.world import aws_world
from gramledger.app.backfills import give_up_fetch
from gramledger.app.fetch_runs import Rules, fetch_step, plan_fetch
from gramledger.core.throttle import read_rates
from gramledger.entry.metrics import camel, count
from gramledger.entry.task import task
from gramledger.ports import World


def daily_fetch(world: World, event: dict[str, Any]) -> dict[str, Any]:
    """What the step did."""
    match event["step"]:
        case "plan":
            rules = _rules()
            count({"FetchEnabled": int(rules.enabled)})
            return plan_fetch(world, event["request"], rules)
        case "fetch":
            return _fetched(world, event["work"])
        case "give_up":
            give_up_fetch(world, event["work"])
            _tell({}, {"fetch-failed": 1})
            return {}
        case unknown:
            raise ValueError(f"there is no step {unknown!r}")


def _rules() -> Rules:
    known = settings.fetch_from_environment()
    return Rules(read_rates(known.rates), known.enabled)


def _fetched(world: World, work: dict[str, Any]) -> dict[str, Any]:
    step = fetch_step(world, work, _rules())
    _tell(step.counts, step.issues)
    return {"next": step.next, "seconds": step.seconds, "work": step.work}


def _tell(counts: dict[str, int], issues: dict[str, int]) -> None:
    count({f"Fetch{camel(name)}": number for name, number in counts.items()})
    for code, number in issues.items():
        count({"FetchIssues": number}, code=code)


handler = task(daily_fetch, aws_world)
