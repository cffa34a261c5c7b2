"""Parsers of everything that can come in. Pure and total: any bytes give records, never an exception."""

from replay_signals.transforms.parse.capture import parse_capture_request
from replay_signals.transforms.parse.kafka import parse_kafka_event, parse_kafka_snapshot

__all__ = ["parse_capture_request", "parse_kafka_event", "parse_kafka_snapshot"]
