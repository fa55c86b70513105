"""Every function is described, bounded, watched, and may do what it does and no more."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from typing import Any

import pytest

from local.home import ROOT
from local.httpapi import write_out_bodies

Resources = dict[str, dict[str, Any]]

# SAM gives these to every function with tracing; what they allow has no resource of ours in it
MANAGED = {
    "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole",
    "arn:aws:iam::aws:policy/AWSXrayWriteOnlyAccess",
}
# the actions that AWS accepts with no narrower resource
WITHOUT_RESOURCE = {
    f"logs:{action}"
    for action in (
        *(
            "CreateLogDelivery",
            "GetLogDelivery",
            "UpdateLogDelivery",
            "DeleteLogDelivery",
            "ListLogDeliveries",
        ),
        *("PutResourcePolicy", "DescribeResourcePolicies", "DescribeLogGroups"),
    )
}
# how the keys of objects begin
PREFIXES = "uploads|windows|imports|pages|records|rebuilds|sweeps|parity|intensities|recalculations|previews"
# actions whose call in the SDK has another name
CALLS = {
    "s3:ListBucket": "list_objects_v2",
    "s3:DeleteObject": "delete_objects",
    "dynamodb:DeleteItem": '"Delete"',  # in a transaction
    "sqs:SendMessage": None,  # by Lambda itself, to the queue of undelivered events
}


def of_type(resources: Resources, kind: str) -> dict[str, Any]:
    return {name: r["Properties"] for name, r in resources.items() if r["Type"] == kind}


def functions(resources: Resources) -> dict[str, Any]:
    found = of_type(resources, "AWS::Serverless::Function")
    assert found
    return found


def roles_of_functions(expanded: Resources) -> dict[str, str]:
    roles = {
        name: function["Role"]["Fn::GetAtt"][0]
        for name, function in of_type(expanded, "AWS::Lambda::Function").items()
    }
    assert roles
    return roles


def statements(role: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for policy in role.get("Policies", ()):
        yield from policy["PolicyDocument"]["Statement"]


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def test_every_folder_of_functions_is_deployed_and_every_function_has_its_folder(written: Resources) -> None:
    folders = {f"functions/{path.parent.name}" for path in (ROOT / "functions").glob("*/app.py")}
    assert {function["CodeUri"] for function in functions(written).values()} == folders


def test_every_function_says_what_it_does(written: Resources) -> None:
    descriptions = [function["Description"] for function in functions(written).values()]
    assert all(10 < len(text) < 256 for text in descriptions)
    assert len(set(descriptions)) == len(descriptions)


def test_every_function_has_a_time_limit_within_lambdas(expanded: Resources) -> None:
    limits = {name: f["Timeout"] for name, f in of_type(expanded, "AWS::Lambda::Function").items()}
    assert all(0 < seconds <= 900 for seconds in limits.values())


def test_functions_behind_the_api_end_before_the_api_gives_up(written: Resources) -> None:
    behind_api = {
        name: function
        for name, function in functions(written).items()
        if any(event["Type"] == "HttpApi" for event in function.get("Events", {}).values())
    }
    assert behind_api
    assert all(function.get("Timeout", 30) <= 30 for function in behind_api.values())


def test_every_function_is_traced_and_named_in_its_logs(expanded: Resources, written: Resources) -> None:
    for name, function in of_type(expanded, "AWS::Lambda::Function").items():
        assert function["TracingConfig"] == {"Mode": "Active"}, name
        service = function["Environment"]["Variables"]["POWERTOOLS_SERVICE_NAME"]
        assert f"functions/{service}" == written[name]["Properties"]["CodeUri"]


def test_every_function_writes_to_a_log_group_of_its_own_that_forgets(written: Resources) -> None:
    groups = [function["LoggingConfig"]["LogGroup"]["Ref"] for function in functions(written).values()]
    assert len(set(groups)) == len(groups)
    for name, group in of_type(written, "AWS::Logs::LogGroup").items():
        assert group["RetentionInDays"] == {"Ref": "LogRetentionDays"}, name


def test_every_function_has_an_alarm_that_tells_somebody(written: Resources) -> None:
    watched = {
        alarm["Dimensions"][0]["Value"]["Ref"]
        for alarm in of_type(written, "AWS::CloudWatch::Alarm").values()
        if alarm["MetricName"] == "Errors" and alarm["AlarmActions"] == [{"Ref": "Alarms"}]
    }
    assert watched == set(functions(written))


@pytest.mark.parametrize(
    ("namespace", "metric"),
    [
        ("AWS/States", "ExecutionsFailed"),
        ("AWS/SQS", "ApproximateNumberOfMessagesVisible"),
        ("AWS/ApiGateway", "5xx"),
    ],
)
def test_what_no_function_sees_has_an_alarm_too(written: Resources, namespace: str, metric: str) -> None:
    alarms = of_type(written, "AWS::CloudWatch::Alarm").values()
    found = [alarm for alarm in alarms if (alarm["Namespace"], alarm["MetricName"]) == (namespace, metric)]
    assert found
    assert all(alarm["AlarmActions"] == [{"Ref": "Alarms"}] for alarm in found)


def test_no_two_functions_share_a_role(expanded: Resources) -> None:
    roles = list(roles_of_functions(expanded).values())
    assert len(set(roles)) == len(roles)


def test_no_statement_allows_every_action_or_every_resource(expanded: Resources) -> None:
    for name, role in of_type(expanded, "AWS::IAM::Role").items():
        assert set(role.get("ManagedPolicyArns", ())) <= MANAGED, name
        for statement in statements(role):
            actions = listed(statement["Action"])
            assert not [action for action in actions if "*" in action], name
            if "*" in listed(statement["Resource"]):
                assert set(actions) <= WITHOUT_RESOURCE, name


def test_objects_are_reached_by_prefix_only(expanded: Resources) -> None:
    for name in roles_of_functions(expanded).values():
        for statement in statements(expanded[name]["Properties"]):
            of_objects = [
                a for a in listed(statement["Action"]) if a.startswith("s3:") and a != "s3:ListBucket"
            ]
            for resource in listed(statement["Resource"]) if of_objects else []:
                assert re.search(rf"\}}/({PREFIXES})/", resource["Fn::Sub"]), (name, resource)


def test_every_allowed_action_is_one_that_our_adapters_call(expanded: Resources) -> None:
    adapters = ROOT / "layers/shared/python/gramledger/adapters/aws"
    code = "\n".join(path.read_text(encoding="utf-8") for path in adapters.glob("*.py"))
    for name in roles_of_functions(expanded).values():
        for statement in statements(expanded[name]["Properties"]):
            for action in listed(statement["Action"]):
                snake = re.sub(r"(?<!^)(?=[A-Z])", "_", action.partition(":")[2]).lower()
                call = CALLS.get(action, snake)
                assert call is None or call in code, f"{name} may {action}, which nothing calls"


@pytest.mark.parametrize(
    "name",
    [
        *("CalculateFunction", "UndoFunction", "RecalculateFunction", "ParityFunction"),
        *("ParityDailyFunction", "ApiFunction"),
    ],
)
def test_who_reads_whole_pages_may_read_the_log_that_gives_pruned_ones_again(
    expanded: Resources, name: str
) -> None:
    role = expanded[roles_of_functions(expanded)[name]]["Properties"]
    readable = {
        found[1]
        for statement in statements(role)
        if "s3:GetObject" in listed(statement["Action"])
        for resource in listed(statement["Resource"])
        if (found := re.search(r"\$\{Ledger.Arn\}/(\w+)/", resource["Fn::Sub"]))
    }
    assert readable >= {"pages", "imports", "records", "recalculations", "intensities"}
    if name == "ApiFunction":  # audits look for the reports that vouch for a pruned page
        assert "parity" in readable


@pytest.mark.parametrize(
    "name",
    [
        *("FinalizeFunction", "TakeBackFunction", "UndoFunction"),
        *("SweepFunction", "RecalculateFunction", "ApiFunction"),
    ],
)
def test_who_accounts_for_imports_may_put_back_their_records_from_the_log(
    expanded: Resources, name: str
) -> None:
    role = expanded[roles_of_functions(expanded)[name]]["Properties"]
    allowed = {
        (action, str(resource))
        for statement in statements(role)
        for action in listed(statement["Action"])
        for resource in listed(statement["Resource"])
    }
    assert ("s3:GetObject", "{'Fn::Sub': '${Ledger.Arn}/records/*'}") in allowed
    assert ("s3:ListBucket", "{'Fn::GetAtt': ['Ledger', 'Arn']}") in allowed
    actions = {action for action, _ in allowed}
    assert actions >= {"dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:DeleteItem"}


@pytest.mark.parametrize(
    "name", ["FinalizeFunction", "TakeBackFunction", "UndoFunction", "SweepFunction", "ApiFunction"]
)
def test_who_ends_imports_may_remove_their_uploads(expanded: Resources, name: str) -> None:
    role = expanded[roles_of_functions(expanded)[name]]["Properties"]
    removable = {
        resource["Fn::Sub"]
        for statement in statements(role)
        if "s3:DeleteObject" in listed(statement["Action"])
        for resource in listed(statement["Resource"])
    }
    assert "${Uploads.Arn}/uploads/*" in removable


@pytest.mark.parametrize("name", ["PlanCsvFunction", "DailyFetchFunction"])
def test_who_counts_by_heads_may_read_those_that_outgrew_the_table_and_no_bodies(
    expanded: Resources, name: str
) -> None:
    role = expanded[roles_of_functions(expanded)[name]]["Properties"]
    of_pages = [
        (listed(statement["Action"]), resource["Fn::Sub"])
        for statement in statements(role)
        for resource in listed(statement["Resource"])
        if "/pages/" in str(resource)
    ]
    assert of_pages == [(["s3:GetObject"], "${Ledger.Arn}/pages/*.head")]


def test_who_reads_objects_sees_whether_they_are_there(expanded: Resources) -> None:
    """S3 tells of an object that is gone only those who may list its bucket, and others that they are denied it: a task
    whose import was cancelled meanwhile would then fail, and not halt."""
    for name in roles_of_functions(expanded).values():
        read, seen = set(), set()
        for statement in statements(expanded[name]["Properties"]):
            for resource in listed(statement["Resource"]):
                if "s3:ListBucket" in listed(statement["Action"]):
                    seen.add(resource["Fn::GetAtt"][0])
                elif "s3:GetObject" in listed(statement["Action"]) and not str(resource).endswith(".head'}"):
                    read.update(re.findall(r"\$\{(\w+)\.Arn\}", resource["Fn::Sub"]))
        assert read <= seen, name


def open_routes(expanded: Resources) -> dict[str, str]:
    """Routes that ask for no token, and the function behind each."""
    written_out = write_out_bodies({"Resources": copy.deepcopy(expanded)})["Resources"]
    routes = of_type(written_out, "AWS::ApiGatewayV2::Route").values()
    assert len(routes) > 5
    found = {}
    for route in routes:
        if "AuthorizerId" not in route:
            integration = written_out[route["Target"]["Fn::Join"][1][1]["Ref"]]["Properties"]
            (function,) = re.findall(r"\$\{(\w+)\.Arn\}", str(integration["IntegrationUri"]))
            found[route["RouteKey"]] = function
    return found


def test_only_the_health_check_and_the_dashboards_files_are_open_to_everybody(expanded: Resources) -> None:
    assert open_routes(expanded) == {
        "GET /v1/health": "ApiFunction",
        "GET /": "WebFunction",
        "HEAD /": "WebFunction",
        "GET /web/{proxy+}": "WebFunction",
        "HEAD /web/{proxy+}": "WebFunction",
    }


def test_the_function_that_is_open_to_everybody_may_do_nothing(expanded: Resources) -> None:
    role = expanded[roles_of_functions(expanded)["WebFunction"]]["Properties"]
    assert list(statements(role)) == []
    assert set(role["ManagedPolicyArns"]) <= MANAGED


def test_people_sign_in_by_a_code_that_only_their_browser_can_use(written: Resources) -> None:
    client = written["UserPoolClient"]["Properties"]
    assert client["AllowedOAuthFlows"] == ["code"]
    assert client["GenerateSecret"] is False
    for addresses in (client["CallbackURLs"], client["LogoutURLs"]):
        assert addresses == [{"Fn::Sub": "${AllowedOrigin}/"}]
    assert written["SignInPage"]["Condition"] == "HasSignInPage"


def test_a_browser_may_upload_from_the_dashboards_origin_only(written: Resources) -> None:
    (rule,) = written["Uploads"]["Properties"]["CorsConfiguration"]["CorsRules"]
    assert (rule["AllowedMethods"], rule["AllowedOrigins"]) == (["POST"], [{"Ref": "AllowedOrigin"}])
