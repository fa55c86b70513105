"""Users of the local stack and their tokens: the same user pool and claims as on AWS."""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Mapping, Sequence

from local.clients import client

TENANT = "local"
USER = "you"
GROUPS = ("admin",)


def id_token(
    engine_url: str,
    outputs: Mapping[str, str],
    *,
    tenant: str = TENANT,
    user: str = USER,
    groups: Sequence[str] = GROUPS,
) -> str:
    """A fresh ID token of a user, who is created when there is none; groups are set to those given.

    The same user name in two tenants is two users. A new password is set each time, so none is kept anywhere.
    """
    cognito = client("cognito-idp", engine_url)
    pool, name = outputs["UserPoolId"], f"{user}@{tenant}"
    password = secrets.token_urlsafe(24) + "aA1"
    with contextlib.suppress(cognito.exceptions.UsernameExistsException):  # known from an earlier token
        cognito.admin_create_user(
            UserPoolId=pool,
            Username=name,
            MessageAction="SUPPRESS",
            TemporaryPassword=password,
            UserAttributes=[
                {"Name": "custom:tenant", "Value": tenant},
                {"Name": "email", "Value": f"{user}@{tenant}.example"},
            ],
        )
    cognito.admin_set_user_password(UserPoolId=pool, Username=name, Password=password, Permanent=True)
    member_of = cognito.admin_list_groups_for_user(UserPoolId=pool, Username=name)["Groups"]
    present = {group["GroupName"] for group in member_of}
    for group in set(groups) - present:
        cognito.admin_add_user_to_group(UserPoolId=pool, Username=name, GroupName=group)
    for group in present - set(groups):
        cognito.admin_remove_user_from_group(UserPoolId=pool, Username=name, GroupName=group)
    answer = cognito.admin_initiate_auth(
        UserPoolId=pool,
        ClientId=outputs["UserPoolClientId"],
        AuthFlow="ADMIN_USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": name, "PASSWORD": password},
    )
    return str(answer["AuthenticationResult"]["IdToken"])
