"""Publishes one request with each of a list of writers' schemas, and prints what came of it: a line of JSON with a name and a word each.

    python writers.py KAFKA REGISTRY SCHEMAS
"""

import copy
import io
import json
import pathlib
import struct
import sys
import time
import uuid

import fastavro
import requests
from confluent_kafka import Consumer, Producer, TopicPartition
from confluent_kafka.schema_registry import SchemaRegistryClient
from confluent_kafka.schema_registry.avro import AvroDeserializer
from confluent_kafka.serialization import MessageField, SerializationContext

KAFKA, REGISTRY, SCHEMAS = sys.argv[1:4]
CONTRACT = json.loads((pathlib.Path(SCHEMAS) / "GenerationRequested.avsc").read_text())
TOPICS = ["generation.completions", "generation.failures", "generation.requests.dlq"]
REASON = "sluice.dead-letter.reason"


def field(schema, name):
    return next(one for one in schema["fields"] if one["name"] == name)


def without(schema, *names):
    schema["fields"] = [one for one in schema["fields"] if one["name"] not in names]


def whole(schema, record):
    pass


def subset(schema, record):
    without(schema, "images", "guidance", "priority", "deadline", "tags")


def superset(schema, record):
    schema["fields"].append({"name": "campaign", "type": "string", "default": ""})
    record["campaign"] = "spring"


def other_order(schema, record):
    schema["fields"].reverse()


def other_namespace(schema, record):
    schema["namespace"] = "com.example.images"


def other_record_name(schema, record):
    schema["name"] = "ImageRequest"


def enum_as_string(schema, record):
    field(field(schema, "sampler")["type"], "kind")["type"] = "string"


def renamed_with_alias(schema, record):
    tenant = field(schema, "tenantId")
    tenant["name"] = "customer"
    tenant["aliases"] = ["tenantId"]
    record["customer"] = record.pop("tenantId")


def optional_renamed_with_alias(schema, record):
    seed = field(schema, "seed")
    seed["name"] = "noise"
    seed["aliases"] = ["seed"]
    record["noise"] = record.pop("seed")


def without_tenant(schema, record):
    without(schema, "tenantId")


def int_seed(schema, record):
    field(schema, "seed")["type"] = "int"


def string_images(schema, record):
    field(schema, "images")["type"] = "string"
    field(schema, "images")["default"] = "1"
    record["images"] = "1"


def unknown_symbol(schema, record):
    symbols = field(field(schema, "sampler")["type"], "kind")["type"]["symbols"]
    symbols.append("NEWER")
    record["sampler"] = {"kind": "NEWER", "steps": 4, "eta": 0.0}


WRITERS = [
    whole,
    subset,
    superset,
    other_order,
    other_namespace,
    other_record_name,
    enum_as_string,
    renamed_with_alias,
    optional_renamed_with_alias,
    without_tenant,
    int_seed,
    string_images,
    unknown_symbol,
]


def registered(subject, schema, references=None):
    body = {"schema": json.dumps(schema)}
    if references:
        body["references"] = references
    answer = requests.post(f"{REGISTRY}/subjects/{subject}/versions", json=body, timeout=10)
    return answer.json()["id"] if answer.ok else None


def encoded(schema_id, schema, record):
    out = io.BytesIO()
    out.write(struct.pack(">bI", 0, schema_id))
    fastavro.schemaless_writer(out, fastavro.parse_schema(schema, named_schemas={}), record)
    return out.getvalue()


def referenced():
    """The prompt's record under a subject of its own; None where the registry takes no references."""
    prompt = copy.deepcopy(field(CONTRACT, "prompt")["type"])
    prompt["namespace"] = CONTRACT["namespace"]
    if registered("interop.prompt-value", prompt) is None:
        return None
    schema = copy.deepcopy(CONTRACT)
    field(schema, "prompt")["type"] = f"{CONTRACT['namespace']}.PromptSpec"
    reference = {"name": f"{CONTRACT['namespace']}.PromptSpec", "subject": "interop.prompt-value", "version": 1}
    return registered("interop.referenced-value", schema, [reference])


def watcher():
    consumer = Consumer(
        {
            "bootstrap.servers": KAFKA,
            "group.id": "unused",
            "enable.auto.commit": False,
            "isolation.level": "read_committed",
        }
    )
    partitions = []
    for topic in TOPICS:
        for number in consumer.list_topics(topic, timeout=20).topics[topic].partitions:
            _, end = consumer.get_watermark_offsets(TopicPartition(topic, number), timeout=20)
            partitions.append(TopicPartition(topic, number, end))
    consumer.assign(partitions)
    return consumer


def word(deserialize, message):
    topic = message.topic()
    if topic == TOPICS[2]:
        return "dead letter " + dict(message.headers())[REASON].decode()
    event = deserialize(message.value(), SerializationContext(topic, MessageField.VALUE))
    return "completed" if topic == TOPICS[0] else f"failed {event['code']}"


def main():
    consumer = watcher()
    producer = Producer({"bootstrap.servers": KAFKA, "partitioner": "murmur2_random"})
    names = {}
    results = {}
    for writer in WRITERS:
        schema = copy.deepcopy(CONTRACT)
        request_id = str(uuid.uuid4())
        record = {
            "requestId": request_id,
            "tenantId": "interop",
            "model": "glyphs-adm",
            "prompt": {"label": "seven", "text": None, "negative": ""},
            "seed": 5,
            "sampler": {"kind": "DDIM", "steps": 4, "eta": 0.0},
        }
        writer(schema, record)
        # A subject of its own, since the topic's would rightly refuse some of these.
        schema_id = registered(f"interop.{writer.__name__}-value", schema)
        producer.produce("generation.requests", key=request_id, value=encoded(schema_id, schema, record))
        names[request_id] = writer.__name__
    schema_id = referenced()
    if schema_id is None:
        results["references"] = "not taken by the registry"
    else:
        request_id = str(uuid.uuid4())
        record = {
            "requestId": request_id,
            "tenantId": "interop",
            "model": "glyphs-adm",
            "prompt": {"label": "seven", "text": None, "negative": ""},
            "sampler": {"kind": "DDIM", "steps": 4, "eta": 0.0},
        }
        producer.produce("generation.requests", key=request_id, value=encoded(schema_id, CONTRACT, record))
        names[request_id] = "references"
    producer.flush(30)
    deserialize = AvroDeserializer(SchemaRegistryClient({"url": REGISTRY}))
    end = time.monotonic() + 120
    while len(results) < len(WRITERS) + 1 and time.monotonic() < end:
        message = consumer.poll(0.5)
        if message is not None and not message.error() and (message.key() or b"").decode() in names:
            results[names[message.key().decode()]] = word(deserialize, message)
    consumer.close()
    for name in [writer.__name__ for writer in WRITERS] + ["references"]:
        print(json.dumps({"writer": name, "outcome": results.get(name, "nothing")}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
