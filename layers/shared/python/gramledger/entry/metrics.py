"""Counts for whoever watches the stack, written to the log in CloudWatch's embedded metric format."""

from __future__ import annotations

from collections.abc import Mapping

from aws_lambda_powertools import Metrics
from aws_lambda_powertools.metrics import MetricUnit

NAMESPACE = "Gramledger"


def count(numbers: Mapping[str, int]) -> None:
    """Emit counts by their names; nothing is written for none."""
    metrics = Metrics(namespace=NAMESPACE)
    for name, number in numbers.items():
        metrics.add_metric(name=name, unit=MetricUnit.Count, value=number)
    if numbers:
        metrics.flush_metrics()
