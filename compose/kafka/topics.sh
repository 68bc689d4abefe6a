#!/bin/bash
# Makes the topics of a worker with usual names on $BOOTSTRAP. Requests and cancellations need equally many partitions.
set -euo pipefail

topic() {
  /opt/kafka/bin/kafka-topics.sh --bootstrap-server "$BOOTSTRAP" --create --if-not-exists --topic "$1" \
    --partitions "$PARTITIONS" --replication-factor 1
}

topic generation.requests
topic generation.cancellations
topic generation.completions
topic generation.failures
topic generation.costs
topic generation.progress
topic generation.requests.dlq
