"""What is kept, for how long, and who may come near it."""

from __future__ import annotations

from typing import Any

import pytest

Resources = dict[str, dict[str, Any]]
BUCKETS = ("Uploads", "Ledger")


@pytest.mark.parametrize("name", BUCKETS)
def test_no_bucket_is_public_or_plain(written: Resources, name: str) -> None:
    bucket = written[name]["Properties"]
    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
    assert bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    policy = written[f"{name}Policy"]["Properties"]["PolicyDocument"]["Statement"][0]
    assert policy["Effect"] == "Deny"
    assert policy["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_there_are_no_other_buckets(written: Resources) -> None:
    assert {name for name, r in written.items() if r["Type"] == "AWS::S3::Bucket"} == set(BUCKETS)


def test_uploads_announce_themselves_and_leave_by_themselves(written: Resources) -> None:
    bucket = written["Uploads"]["Properties"]
    assert bucket["NotificationConfiguration"]["EventBridgeConfiguration"]["EventBridgeEnabled"] is True
    rules = bucket["LifecycleConfiguration"]["Rules"]
    assert [rule["Prefix"] for rule in rules if "ExpirationInDays" in rule] == ["uploads/", "windows/"]


@pytest.mark.parametrize("name", ["Ledger", "Table", "UserPool"])
def test_what_cannot_be_made_again_outlives_the_stack(written: Resources, name: str) -> None:
    assert written[name]["DeletionPolicy"] == "Retain"
    assert written[name]["UpdateReplacePolicy"] == "Retain"


def test_nothing_in_the_ledger_expires_by_itself_but_reports_of_sweeps(written: Resources) -> None:
    rules = written["Ledger"]["Properties"]["LifecycleConfiguration"]["Rules"]
    assert [rule["Prefix"] for rule in rules if "ExpirationInDays" in rule] == ["sweeps/", "previews/"]


def test_the_table_can_be_restored_and_forgets_what_has_a_date(written: Resources) -> None:
    table = written["Table"]["Properties"]
    assert table["BillingMode"] == "PAY_PER_REQUEST"
    assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert table["TimeToLiveSpecification"] == {"AttributeName": "expires_at", "Enabled": True}
    assert table["SSESpecification"] == {"SSEEnabled": True}


def test_users_cannot_choose_their_tenant(written: Resources) -> None:
    pool, client = written["UserPool"]["Properties"], written["UserPoolClient"]["Properties"]
    tenant = next(attribute for attribute in pool["Schema"] if attribute["Name"] == "tenant")
    assert tenant["Mutable"] is False
    assert pool["AdminCreateUserConfig"] == {"AllowAdminCreateUserOnly": True}
    assert "custom:tenant" not in client["WriteAttributes"]
    assert "custom:tenant" in client["ReadAttributes"]


def test_an_upload_that_cannot_be_announced_or_started_is_kept(written: Resources) -> None:
    function = written["StartImportFunction"]["Properties"]
    queue = {"Fn::GetAtt": ["UndeliveredUploads", "Arn"]}
    assert function["Events"]["FileArrived"]["Properties"]["DeadLetterConfig"]["Arn"] == queue
    assert function["EventInvokeConfig"]["DestinationConfig"]["OnFailure"]["Destination"] == queue
    assert written["UndeliveredUploads"]["Properties"]["MessageRetentionPeriod"] == 14 * 86_400


def test_what_is_deleted_from_the_ledger_bucket_leaves_no_mark_for_ever(written: Resources) -> None:
    rules = written["Ledger"]["Properties"]["LifecycleConfiguration"]["Rules"]
    (rule,) = [rule for rule in rules if "NoncurrentVersionExpiration" in rule]
    assert rule["ExpiredObjectDeleteMarker"] is True
    assert not {"Prefix", "ExpirationInDays"} & set(rule), (
        "a mark goes when nothing but it is left, wherever it is"
    )
