"""Who is told how imports end, and who may do what on the way."""

from __future__ import annotations

from typing import Any

import yaml

from gramledger.adapters.aws.events import SOURCE
from gramledger.core.announcements import KINDS, TERMINAL, Event
from local import template
from local.home import ROOT

Resources = dict[str, dict[str, Any]]
MACHINE = yaml.safe_load((ROOT / "statemachines/deliver.asl.yaml").read_text(encoding="utf-8"))


def actions(role: dict[str, Any]) -> set[str]:
    found: set[str] = set()
    for policy in role["Properties"].get("Policies", ()):
        for statement in policy["PolicyDocument"]["Statement"]:
            stated = statement["Action"]
            found.update(stated if isinstance(stated, list) else [stated])
    return found


def test_an_address_that_is_given_is_subscribed(written: Resources) -> None:
    subscription = written["NotificationSubscription"]
    assert subscription["Condition"] == "HasNotificationEmail"
    assert subscription["Properties"]["Protocol"] == "email"
    assert subscription["Properties"]["Endpoint"] == {"Ref": "NotificationEmail"}


def test_the_rule_of_the_mail_hears_every_event_and_no_test(written: Resources) -> None:
    pattern = written["NotificationRule"]["Properties"]["EventPattern"]
    assert pattern["source"] == [SOURCE]
    prefixes = tuple(rule["prefix"] for rule in pattern["detail-type"])
    assert [name for name in KINDS if name.startswith(prefixes)] == list(TERMINAL)


def test_the_mail_is_the_summary_of_the_event(written: Resources) -> None:
    (target,) = written["NotificationRule"]["Properties"]["Targets"]
    # a path, for what a template fills in is not escaped
    assert target["InputPath"] == "$.detail.summary"
    assert "InputTransformer" not in target
    assert "summary" in Event("acme", "e", "WebhookTest", 0, {}).to_json()


def test_the_rule_writes_to_the_topic_by_a_role_of_its_own(written: Resources) -> None:
    """EventBridge fulfils no condition in the policy of a topic, and one without would let in every account."""
    (target,) = written["NotificationRule"]["Properties"]["Targets"]
    assert target["RoleArn"] == {"Fn::GetAtt": ["NotificationRole", "Arn"]}
    role = written["NotificationRole"]
    (trust,) = role["Properties"]["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"] == {"Service": "events.amazonaws.com"}
    (policy,) = role["Properties"]["Policies"]
    (statement,) = policy["PolicyDocument"]["Statement"]
    assert (statement["Action"], statement["Resource"]) == ("sns:Publish", {"Ref": "Notifications"})
    assert [name for name, found in written.items() if found["Type"] == "AWS::SNS::TopicPolicy"] == []


def test_a_mail_that_does_not_set_out_is_kept_and_raises_the_alarm(written: Resources) -> None:
    (target,) = written["NotificationRule"]["Properties"]["Targets"]
    queue = {"Fn::GetAtt": ["UndeliveredEvents", "Arn"]}
    assert target["DeadLetterConfig"]["Arn"] == queue
    (dimension,) = written["UndeliveredEventsWaiting"]["Properties"]["Dimensions"]
    assert dimension["Value"] == {"Fn::GetAtt": ["UndeliveredEvents", "QueueName"]}


def test_webhooks_hear_the_same_bus_and_what_does_not_set_out_is_kept(written: Resources) -> None:
    function = written["NotifyFunction"]["Properties"]
    rule = function["Events"]["Announced"]["Properties"]
    assert rule["Pattern"] == {"source": [SOURCE]}
    assert (
        rule["EventBusName"]
        == written["NotificationRule"]["Properties"]["EventBusName"]
        == {"Ref": "EventBus"}
    )
    queue = {"Fn::GetAtt": ["UndeliveredEvents", "Arn"]}
    assert rule["DeadLetterConfig"]["Arn"] == queue
    assert function["EventInvokeConfig"]["DestinationConfig"]["OnFailure"]["Destination"] == queue


def test_secrets_are_made_by_one_function_for_each_purpose_and_read_by_others(expanded: Resources) -> None:
    may = {
        name: {action.partition(":")[2] for action in actions(role) if action.startswith("secretsmanager:")}
        for name, role in expanded.items()
        if role["Type"] == "AWS::IAM::Role"
    }
    assert {name: found for name, found in may.items() if found} == {
        "WebhooksFunctionRole": {"CreateSecret", "GetSecretValue", "DeleteSecret"},
        "DeliverFunctionRole": {"GetSecretValue"},
        "KeysFunctionRole": {"CreateSecret", "GetSecretValue", "DeleteSecret"},
        "DailyFetchFunctionRole": {"GetSecretValue"},
        "ParityDailyFunctionRole": {"GetSecretValue"},
    }


def test_whoever_speaks_to_hosts_that_people_name_may_do_little_else(expanded: Resources) -> None:
    assert actions(expanded["DeliverFunctionRole"]) == {
        "dynamodb:GetItem",
        "dynamodb:PutItem",
        "secretsmanager:GetSecretValue",
    }


def test_webhooks_never_go_to_the_machine_itself_unless_somebody_says_so() -> None:
    assert template.load()["Parameters"]["AllowLoopbackWebhooks"]["Default"] == "false"


def test_a_delivery_waits_as_long_as_the_function_says(written: Resources) -> None:
    states = MACHINE["States"]
    assert states["WaitForIt"]["SecondsPath"] == "$.next.seconds"
    rules = {error: rule for rule in states["Attempt"]["Retry"] for error in rule["ErrorEquals"]}
    assert rules["Retryable"]["MaxAttempts"] >= 5
    timeout = written["DeliverFunction"]["Properties"]["Timeout"]
    assert timeout < states["Attempt"]["TimeoutSeconds"] <= timeout + 30
