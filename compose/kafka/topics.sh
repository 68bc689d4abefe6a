#!/bin/bash
# Makes the topics of a worker with usual names on $BOOTSTRAP. Requests and cancellations need equally many partitions.
set -euo pipefail

# A broker that has just started on a busy machine may take longer than the tool waits, so it is asked three times.
topic() {
  name=$1
  shift
  for _ in 1 2 3; do
    ! "${KAFKA_TOPICS:-/opt/kafka/bin/kafka-topics.sh}" --bootstrap-server "$BOOTSTRAP" --create --if-not-exists --topic "$name" \
      --partitions "$PARTITIONS" --replication-factor 1 "$@" || return 0
    sleep 2
  done
  echo "topics.sh: $name was not made" >&2
  return 1
}

topic generation.requests
topic generation.cancellations
topic generation.completions
topic generation.failures
# 400 days: sluice cost knows what the topic still has.
topic generation.costs --config retention.ms=34560000000
topic generation.progress
topic generation.requests.dlq
