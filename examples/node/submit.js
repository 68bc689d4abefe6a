// Asks Sluice for an image and awaits the outcome, with KafkaJS.
//
//     node submit.js --kafka 127.0.0.1:9092 --registry http://127.0.0.1:8081 --label seven
'use strict';

const { randomUUID } = require('node:crypto');
const { readFileSync } = require('node:fs');
const path = require('node:path');
const { parseArgs } = require('node:util');
const avro = require('avsc');
const { Kafka, Partitioners, logLevel } = require('kafkajs');
const { COMPATIBILITY, SchemaRegistry, SchemaType } = require('@kafkajs/confluent-schema-registry');

const REQUESTS = 'generation.requests';
const COMPLETIONS = 'generation.completions';
const FAILURES = 'generation.failures';
const TIMEOUT_MS = 120_000;

const { values: options } = parseArgs({
  options: {
    kafka: { type: 'string', default: '127.0.0.1:9092' },
    registry: { type: 'string', default: 'http://127.0.0.1:8081' },
    label: { type: 'string', default: 'seven' },
    seed: { type: 'string', default: '0' },
  },
});

// Any signed 64-bit number may be a seed, of other publishers too. A JavaScript number can't hold one above 2^53, and avsc then
// refuses the whole record. With this type all longs of a record are BigInt.
const long = avro.types.LongType.__with({
  fromBuffer: (buffer) => buffer.readBigInt64LE(),
  toBuffer: (number) => {
    const buffer = Buffer.alloc(8);
    buffer.writeBigInt64LE(number);
    return buffer;
  },
  fromJSON: BigInt,
  toJSON: Number,
  isValid: (number) => typeof number === 'bigint',
  compare: (a, b) => (a < b ? -1 : a > b ? 1 : 0),
});

// Takes the place of avsc's own type wherever a schema says long, with or without a logical type.
function typeHook(schema) {
  return schema === 'long' || schema.type === 'long' ? long : undefined;
}

// What is left out is the bundle's, or has the contract's defaults.
function request(label, seed) {
  return {
    requestId: randomUUID(),
    tenantId: 'node-example',
    model: 'glyphs-adm',
    prompt: { label },
    seed: BigInt(seed), // draw your own below 2^53, so that every reader can take it
    guidance: { method: 'CLASSIFIER_FREE', scale: 2, schedule: { kind: 'COMPRESS', guided: 10 } },
  };
}

// Resolves once the consumer has its partitions. An outcome before that would be missed.
function joined(consumer) {
  return new Promise((resolve) => consumer.on(consumer.events.GROUP_JOIN, resolve));
}

async function main() {
  const kafka = new Kafka({ clientId: 'sluice-example', brokers: [options.kafka], logLevel: logLevel.ERROR });
  const registry = new SchemaRegistry({ host: options.registry }, { [SchemaType.AVRO]: { typeHook } });
  const ask = request(options.label, options.seed);

  // KafkaJS can't read without a group; one of its own sees every outcome. It reads committed records unless told otherwise.
  const consumer = kafka.consumer({ groupId: `sluice-example-${ask.requestId}` });
  // Kafka's own partitioner. A record on another partition costs a worker a second record.
  const producer = kafka.producer({ idempotent: true, createPartitioner: Partitioners.DefaultPartitioner });
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
    // Without this level the client insists on BACKWARD, and sets that where a subject has none.
    const subject = { subject: `${REQUESTS}-value`, compatibility: COMPATIBILITY.FULL_TRANSITIVE };
    const { id } = await registry.register({ type: SchemaType.AVRO, schema }, subject);
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
      console.log(`s3://${image.bucket}/${image.key}  sha256 ${image.sha256}  seed ${image.seed}`);
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
