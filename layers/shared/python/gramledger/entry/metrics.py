"""Counts for whoever watches the stack, written to the log in CloudWatch's embedded metric format."""

from __future__ import annotations

from collections.abc import Mapping

from aws_lambda_powertools import Metrics
from aws_lambda_powertools.metrics import MetricUnit

NAMESPACE = "Gramledger"


def count(numbers: Mapping[str, int], **dimensions: str) -> None:
    """Emit counts by their names, with dimensions beside the service if there are any; nothing is written for none."""
    metrics = Metrics(namespace=NAMESPACE)
    for name, value in dimensions.items():
        metrics.add_dimension(name=name, value=value)
    for name, number in numbers.items():
        metrics.add_metric(name=name, unit=MetricUnit.Count, value=number)
    if numbers:
        metrics.flush_metrics()


def camel(name: str) -> str:
    """`pricing_fallbacks` as `PricingFallbacks`."""
    return name.title().replace("_", "")
