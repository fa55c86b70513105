"""Reading and expanding templates."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from local import template
from local.httpapi import write_out_bodies


def written(folder: Path, text: str) -> Path:
    path = folder / "template.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_short_tags_are_written_out(tmp_path: Path) -> None:
    text = """
Resources:
  A:
    Type: X
    Properties:
      One: !Ref B
      Two: !GetAtt C.D.E
      Three: !Sub "${F}/x"
      Four: !If [G, !Ref H, 1]
      Five: !GetAtt [I, J]
      Six: !Condition K
"""
    properties = template.load(written(tmp_path, text))["Resources"]["A"]["Properties"]
    assert properties == {
        "One": {"Ref": "B"},
        "Two": {"Fn::GetAtt": ["C", "D.E"]},
        "Three": {"Fn::Sub": "${F}/x"},
        "Four": {"Fn::If": ["G", {"Ref": "H"}, 1]},
        "Five": {"Fn::GetAtt": ["I", "J"]},
        "Six": {"Condition": "K"},
    }


def test_a_state_machine_file_is_put_in(tmp_path: Path) -> None:
    (tmp_path / "m.yaml").write_text("StartAt: A")
    text = "Resources: {M: {Type: 'AWS::Serverless::StateMachine', Properties: {DefinitionUri: m.yaml}}}"
    path = written(tmp_path, text)
    assert template.load(path)["Resources"]["M"]["Properties"] == {"Definition": {"StartAt": "A"}}
    assert template.load(path, definitions=False)["Resources"]["M"]["Properties"] == {
        "DefinitionUri": "m.yaml"
    }


def test_parameters_have_their_defaults_as_text_unless_given() -> None:
    declared = {"Parameters": {"Days": {"Default": 30}, "Level": {"Default": "INFO"}, "Bare": {}}}
    assert template.parameter_values(declared, {"Level": "DEBUG"}) == {
        "Days": "30",
        "Level": "DEBUG",
        "Bare": "",
    }


def test_an_expansion_is_kept_and_taken_again(tmp_path: Path) -> None:
    source: dict[str, Any] = {
        "Transform": "AWS::Serverless-2016-10-31",
        "Resources": {"T": {"Type": "AWS::SNS::Topic", "Properties": {}}},
    }
    first = template.expand(source, cache=tmp_path)
    (kept,) = tmp_path.iterdir()
    kept.write_text('{"Resources": "kept"}')
    assert template.expand(source, cache=tmp_path) == {"Resources": "kept"}
    assert "T" in first["Resources"]
    source["Resources"]["U"] = source["Resources"]["T"]
    assert "U" in template.expand(source, cache=tmp_path)["Resources"]


def api(security: list[dict[str, Any]]) -> dict[str, Any]:
    integration = {"type": "aws_proxy", "uri": "arn:f", "payloadFormatVersion": "2.0"}
    jwt = {
        "type": "jwt",
        "identitySource": "$request.header.Authorization",
        "jwtConfiguration": {"issuer": "https://i", "audience": ["a"]},
    }
    operation = {"x-amazon-apigateway-integration": integration, "security": security}
    body = {
        "paths": {"/v1/things/{thing}": {"get": operation, "x-amazon-apigateway-any-method": operation}},
        "components": {"securitySchemes": {"Token": {"x-amazon-apigateway-authorizer": jwt}}},
        "x-amazon-apigateway-cors": {"allowOrigins": ["o"]},
    }
    return {
        "Resources": {
            "Api": {"Type": "AWS::ApiGatewayV2::Api", "Properties": {"Body": body, "FailOnWarnings": True}}
        }
    }


def test_the_body_of_an_api_becomes_routes_with_their_authorizer() -> None:
    resources = write_out_bodies(api([{"Token": []}]))["Resources"]
    assert set(resources["Api"]["Properties"]) == {"ProtocolType", "Name", "CorsConfiguration"}
    routes = [r["Properties"] for r in resources.values() if r["Type"] == "AWS::ApiGatewayV2::Route"]
    assert [route["RouteKey"] for route in routes] == ["GET /v1/things/{thing}", "ANY /v1/things/{thing}"]
    assert {route["AuthorizerId"]["Ref"] for route in routes} == {"ApiTokenAuthorizer"}
    assert resources["ApiTokenAuthorizer"]["Properties"]["JwtConfiguration"] == {
        "Issuer": "https://i",
        "Audience": ["a"],
    }
    for route in routes:
        assert resources[route["Target"]["Fn::Join"][1][1]["Ref"]]["Properties"]["IntegrationUri"] == "arn:f"


def test_a_route_that_is_open_stays_open() -> None:
    resources = write_out_bodies(api([{"NONE": []}]))["Resources"]
    routes = [r["Properties"] for r in resources.values() if r["Type"] == "AWS::ApiGatewayV2::Route"]
    assert routes
    assert not [route for route in routes if "AuthorizerId" in route]


def test_an_authorizer_that_cannot_be_deployed_here_is_refused() -> None:
    source = api([])
    schemes = source["Resources"]["Api"]["Properties"]["Body"]["components"]["securitySchemes"]
    schemes["Token"]["x-amazon-apigateway-authorizer"]["type"] = "request"
    with pytest.raises(ValueError, match="only jwt can be deployed locally"):
        write_out_bodies(source)
