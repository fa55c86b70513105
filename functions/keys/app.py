"""/v1/keys: the keys by which usage is fetched from providers.

Apart from the other routes because it alone makes, reads and removes their secrets, and speaks to providers.
"""

from typing import Any

from aws_lambda_powertools.event_handler import Response

from gramledger.adapters.aws.world import aws_world
from gramledger.app.provider_keys import (
    check_key,
    create_key,
    delete_key,
    find_key,
    list_keys,
    rotate_key,
    set_status,
)
from gramledger.app.show_provider_keys import show_key
from gramledger.entry.http import body_of, caller_of, created, handler_of, router
from gramledger.entry.keyed import honour_keys, world_of

app = router()
honour_keys(app, aws_world)


@app.post("/v1/keys")
def new_key() -> Response[Any]:
    """201 with the key, after the provider was asked if it may read usage."""
    return created(show_key(create_key(world_of(app), caller_of(app), body_of(app))))


@app.get("/v1/keys")
def keys() -> dict[str, Any]:
    """The keys of the caller's tenant."""
    return {"keys": [show_key(known) for known in list_keys(aws_world(), caller_of(app))]}


@app.get("/v1/keys/<key>")
def key_detail(key: str) -> dict[str, Any]:
    """One key."""
    return show_key(find_key(aws_world(), caller_of(app), key))


@app.delete("/v1/keys/<key>")
def deleted_key(key: str) -> dict[str, Any]:
    """The key that was removed, with its secret."""
    return show_key(delete_key(aws_world(), caller_of(app), key))


@app.post("/v1/keys/<key>/rotate")
def rotated_key(key: str) -> dict[str, Any]:
    """The key, which has another secret."""
    return show_key(rotate_key(world_of(app), caller_of(app), key, body_of(app)))


@app.post("/v1/keys/<key>/check")
def checked_key(key: str) -> dict[str, Any]:
    """The key with what its provider says of it now."""
    return show_key(check_key(world_of(app), caller_of(app), key))


@app.post("/v1/keys/<key>/disable")
def disabled_key(key: str) -> dict[str, Any]:
    """The key, by which nothing is fetched any more."""
    return show_key(set_status(world_of(app), caller_of(app), key, "disabled"))


@app.post("/v1/keys/<key>/enable")
def enabled_key(key: str) -> dict[str, Any]:
    """The key, by which usage is fetched again."""
    return show_key(set_status(world_of(app), caller_of(app), key, "active"))


handler = handler_of(app)
