// Asks Sluice for an image and awaits the outcome, with KafkaJS.
//
//     node submit.js --kafka 127.0.0.1:9092 --registry http://127.0.0.1:8081 --label seven
'use strict';

const { randomUUID } = require('node:crypto');
const { readFileSync } = require('node:fs');
const path = require('node:path');
const { parseArgs } = require('node:util');
const { Kafka, logLevel } = require('kafkajs');
const { SchemaRegistry, SchemaType } = require('@kafkajs/confluent-schema-registry');

const REQUESTS = 'generation.requests';
const COMPLETIONS = 'generation.completions';
const FAILURES = 'generation.failures';
const TIMEOUT_MS = 120_000;

const { values: options } = parseArgs({
  options: {
    kafka: { type: 'string', default: '127.0.0.1:9092' },
    registry: { type: 'string', default: 'http://127.0.0.1:8081' },
    label: { type: 'string', default: 'seven' },
  },
});

// What is left out has the contract's defaults.
function request(label) {
  return {
    requestId: randomUUID(),
    tenantId: 'node-example',
    model: 'glyphs-adm',
    prompt: { label },
    guidance: { method: 'CLASSIFIER_FREE', scale: 2, schedule: { kind: 'COMPRESS', guided: 10 } },
  };
}

// Resolves once the consumer has its partitions: only then is no outcome missed.
function joined(consumer) {
  return new Promise((resolve) => consumer.on(consumer.events.GROUP_JOIN, resolve));
}

async function main() {
  const kafka = new Kafka({ clientId: 'sluice-example', brokers: [options.kafka], logLevel: logLevel.ERROR });
  const registry = new SchemaRegistry({ host: options.registry });
  const ask = request(options.label);

  // KafkaJS can't read without a group; one of its own sees every outcome. It reads committed records unless told otherwise.
  const consumer = kafka.consumer({ groupId: `sluice-example-${ask.requestId}` });
  const producer = kafka.producer({ idempotent: true });
  await Promise.all([consumer.connect(), producer.connect()]);
  try {
    await consumer.subscribe({ topics: [COMPLETIONS, FAILURES], fromBeginning: false });
    const ready = joined(consumer);
    const outcome = new Promise((resolve, reject) => {
      setTimeout(() => reject(new Error(`no outcome within ${TIMEOUT_MS} ms`)), TIMEOUT_MS).unref();
      consumer
        .run({
          eachMessage: async ({ topic, message }) => {
            if (message.key.toString() === ask.requestId) {
              resolve({ topic, event: await registry.decode(message.value) });
            }
          },
        })
        .catch(reject);
    });
    await ready;

    const schema = readFileSync(path.join(__dirname, '../../schemas/GenerationRequested.avsc'), 'utf8');
    const { id } = await registry.register({ type: SchemaType.AVRO, schema }, { subject: `${REQUESTS}-value` });
    await producer.send({
      topic: REQUESTS,
      acks: -1,
      messages: [{ key: ask.requestId, value: await registry.encode(id, ask) }],
    });
    console.log('published', ask.requestId);

    const { topic, event } = await outcome;
    if (topic === FAILURES) {
      console.log('failed:', event.code, event.field, event.message);
      return 1;
    }
    for (const image of event.images) {
      console.log(`s3://${image.bucket}/${image.key}  sha256 ${image.sha256}`);
    }
    const counts = event.evaluations;
    console.log(`${counts.conditional + counts.unconditional} evaluations, ${counts.skipped} skipped`);
    return 0;
  } finally {
    await Promise.all([consumer.disconnect(), producer.disconnect()]);
  }
}

main().then(
  (status) => process.exit(status),
  (failure) => {
    console.error(failure.message);
    process.exit(1);
  },
);
