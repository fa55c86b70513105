"""The HTTP API as native resources.

SAM writes an HTTP API as one OpenAPI body. AWS imports it; the embedded engine drops it, and with it every route. So
the body is written out as the routes, integrations and authorizers that AWS itself would make of it.
"""

from __future__ import annotations

import re
from typing import Any

from local.template import Template

_ANY = "x-amazon-apigateway-any-method"


def write_out_bodies(template: Template) -> Template:
    """Replace the body of each HTTP API of an expanded template by native resources (in place)."""
    resources = template["Resources"]
    for name, resource in list(resources.items()):
        if resource["Type"] == "AWS::ApiGatewayV2::Api" and "Body" in resource["Properties"]:
            resources.update(_native(name, resource["Properties"]))
    return template


def _native(api: str, properties: dict[str, Any]) -> dict[str, Any]:
    body = properties.pop("Body")
    properties.pop("FailOnWarnings", None)
    properties["ProtocolType"] = "HTTP"
    properties["Name"] = {"Ref": "AWS::StackName"}
    if "x-amazon-apigateway-cors" in body:
        # the engine reads these keys as OpenAPI writes them
        properties["CorsConfiguration"] = body["x-amazon-apigateway-cors"]
    schemes = body.get("components", {}).get("securitySchemes", {})
    made = {
        f"{api}{scheme}Authorizer": _authorizer(api, scheme, declared["x-amazon-apigateway-authorizer"])
        for scheme, declared in schemes.items()
        if "x-amazon-apigateway-authorizer" in declared
    }
    for path, methods in body["paths"].items():
        for method, operation in methods.items():
            if "x-amazon-apigateway-integration" in operation:
                made.update(_route(api, path, method, operation))
    return made


def _authorizer(api: str, name: str, declared: dict[str, Any]) -> dict[str, Any]:
    if declared["type"] != "jwt":
        raise ValueError(f"authorizer {name} is of type {declared['type']}; only jwt can be deployed locally")
    source = declared["identitySource"]
    return {
        "Type": "AWS::ApiGatewayV2::Authorizer",
        "Properties": {
            "ApiId": {"Ref": api},
            "Name": name,
            "AuthorizerType": "JWT",
            "IdentitySource": source.split(",") if isinstance(source, str) else source,
            "JwtConfiguration": {
                "Issuer": declared["jwtConfiguration"]["issuer"],
                "Audience": declared["jwtConfiguration"]["audience"],
            },
        },
    }


def _route(api: str, path: str, method: str, operation: dict[str, Any]) -> dict[str, Any]:
    integration = operation["x-amazon-apigateway-integration"]
    suffix = re.sub(r"\W", "", f"{method.title()}{path.title()}")
    route: dict[str, Any] = {
        "ApiId": {"Ref": api},
        "RouteKey": f"{'ANY' if method == _ANY else method.upper()} {path}",
        "Target": {"Fn::Join": ["/", ["integrations", {"Ref": f"{api}Integration{suffix}"}]]},
    }
    for requirement in operation.get("security", []):
        for scheme in requirement:
            if scheme != "NONE":
                route["AuthorizationType"] = "JWT"
                route["AuthorizerId"] = {"Ref": f"{api}{scheme}Authorizer"}
    return {
        f"{api}Integration{suffix}": {
            "Type": "AWS::ApiGatewayV2::Integration",
            "Properties": {
                "ApiId": {"Ref": api},
                "IntegrationType": "AWS_PROXY",
                "IntegrationUri": integration["uri"],
                "PayloadFormatVersion": integration["payloadFormatVersion"],
            },
        },
        f"{api}Route{suffix}": {"Type": "AWS::ApiGatewayV2::Route", "Properties": route},
    }
