"""Asks Sluice for an image and awaits the outcome, with Confluent's client and Avro serializers.

    python submit.py --kafka 127.0.0.1:9092 --registry http://127.0.0.1:8081 --label seven
"""

import argparse
import pathlib
import sys
import time
import uuid

from confluent_kafka import Consumer, KafkaException, Producer, TopicPartition
from confluent_kafka.schema_registry import SchemaRegistryClient
from confluent_kafka.schema_registry.avro import AvroDeserializer, AvroSerializer
from confluent_kafka.serialization import MessageField, SerializationContext

SCHEMAS = pathlib.Path(__file__).parents[2] / "schemas"
REQUESTS = "generation.requests"
OUTCOMES = ["generation.completions", "generation.failures"]


def watcher(kafka):
    """Returns a consumer that reads outcomes from now on. It belongs to no group, so every publisher sees every outcome."""
    consumer = Consumer(
        {
            "bootstrap.servers": kafka,
            "group.id": "unused",  # librdkafka insists on a name; nothing is committed under it
            "enable.auto.commit": False,
            "log_level": 2,  # a failure is reported once, at the end
            "isolation.level": "read_committed",
        }
    )
    partitions = []
    for topic in OUTCOMES:
        for number in consumer.list_topics(topic, timeout=10).topics[topic].partitions:
            _, end = consumer.get_watermark_offsets(TopicPartition(topic, number), timeout=10)
            partitions.append(TopicPartition(topic, number, end))
    consumer.assign(partitions)
    return consumer


def publish(kafka, registry, request):
    """Publishes the request and returns once the brokers have it."""
    schema = (SCHEMAS / "GenerationRequested.avsc").read_text()
    serialize = AvroSerializer(registry, schema)
    value = serialize(request, SerializationContext(REQUESTS, MessageField.VALUE))
    problems = []
    # Kafka's own partitioner; librdkafka's default is another. A record on another partition costs a worker a second record.
    producer = Producer({"bootstrap.servers": kafka, "enable.idempotence": True, "partitioner": "murmur2_random", "log_level": 2})
    producer.produce(
        REQUESTS,
        key=request["requestId"],
        value=value,
        on_delivery=lambda error, _: problems.append(error) if error else None,
    )
    if producer.flush(30) > 0 or problems:
        raise RuntimeError(f"not published: {problems}")


def await_outcome(consumer, registry, request_id, timeout_s):
    """Returns the request's outcome with its topic."""
    deserialize = AvroDeserializer(registry)
    end = time.monotonic() + timeout_s
    while time.monotonic() < end:
        message = consumer.poll(0.5)
        if message is None:
            continue
        if message.error():
            raise RuntimeError(message.error())
        if message.key() == request_id.encode():
            context = SerializationContext(message.topic(), MessageField.VALUE)
            return message.topic(), deserialize(message.value(), context)
    raise TimeoutError(f"no outcome of {request_id} within {timeout_s} s")


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--kafka", default="127.0.0.1:9092")
    arguments.add_argument("--registry", default="http://127.0.0.1:8081")
    arguments.add_argument("--label", default="seven")
    options = arguments.parse_args()

    # What is left out has the contract's defaults.
    request = {
        "requestId": str(uuid.uuid4()),
        "tenantId": "python-example",
        "model": "glyphs-adm",
        "prompt": {"label": options.label, "text": None, "negative": ""},
        "guidance": {
            "method": "CLASSIFIER_FREE",
            "scale": 2.0,
            "schedule": {"kind": "COMPRESS", "guided": 10},
        },
    }
    registry = SchemaRegistryClient({"url": options.registry})
    consumer = watcher(options.kafka)  # before publishing, so that no outcome is missed
    try:
        publish(options.kafka, registry, request)
        print("published", request["requestId"])
        topic, outcome = await_outcome(consumer, registry, request["requestId"], 120)
    finally:
        consumer.close()
    if topic == "generation.failures":
        print("failed:", outcome["code"], outcome["field"], outcome["message"])
        return 1
    for image in outcome["images"]:
        print(f"s3://{image['bucket']}/{image['key']}  sha256 {image['sha256']}")
    counts = outcome["evaluations"]
    print(f"{counts['conditional'] + counts['unconditional']} evaluations, {counts['skipped']} skipped")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Exception as problem:  # of Kafka's, the registry's and HTTP's kinds
        reason = problem.args[0].str() if isinstance(problem, KafkaException) else problem
        sys.exit(f"{reason}. Are --kafka and --registry right, and does Sluice run there?")
