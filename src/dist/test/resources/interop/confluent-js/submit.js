// Publishes a request with the latest version of its subject and reads its outcome, with Confluent's serializers for JavaScript.
// Their Kafka client is native code that the registry does not bring, so KafkaJS carries the bytes.
//
//     node submit.js KAFKA REGISTRY SEED
'use strict';

const { randomUUID } = require('node:crypto');
const { Kafka, logLevel, Partitioners } = require('kafkajs');
const { AvroDeserializer, AvroSerializer, SchemaRegistryClient, SerdeType } = require('@confluentinc/schemaregistry');
const avro = require('avsc');

const [kafkaAddress, registryAddress, seed] = process.argv.slice(2);
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
const typeHook = (schema) => (schema === 'long' || schema.type === 'long' ? long : undefined);

async function main() {
  const registry = new SchemaRegistryClient({ baseURLs: [registryAddress] });
  const serializer = new AvroSerializer(registry, SerdeType.VALUE, {
    useLatestVersion: true,
    autoRegisterSchemas: false,
    typeHook,
  });
  const deserializer = new AvroDeserializer(registry, SerdeType.VALUE, { typeHook });
  const kafka = new Kafka({ clientId: 'interop', brokers: [kafkaAddress], logLevel: logLevel.ERROR });
  const id = randomUUID();
  const consumer = kafka.consumer({ groupId: id });
  const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
  await Promise.all([consumer.connect(), producer.connect()]);
  await consumer.subscribe({ topics: ['generation.completions', 'generation.failures'], fromBeginning: false });
  const joined = new Promise((resolve) => consumer.on(consumer.events.GROUP_JOIN, resolve));
  const outcome = new Promise((resolve, reject) => {
    setTimeout(() => reject(new Error('no outcome')), 120_000).unref();
    consumer
      .run({
        eachMessage: async ({ topic, message }) => {
          if (message.key.toString() === id) {
            resolve(await deserializer.deserialize(topic, message.value));
          }
        },
      })
      .catch(reject);
  });
  await joined;
  const request = {
    requestId: id,
    tenantId: 'interop',
    model: 'glyphs-adm',
    prompt: { label: 'seven', text: null, negative: '' },
    seed: BigInt(seed),
    sampler: { kind: 'DDIM', steps: 4, eta: 0 },
  };
  const value = await serializer.serialize('generation.requests', request);
  await producer.send({ topic: 'generation.requests', acks: -1, messages: [{ key: id, value }] });
  const event = await outcome;
  await Promise.all([consumer.disconnect(), producer.disconnect()]);
  console.log(event.images ? `completed with seed ${event.images[0].seed}` : `failed: ${event.code} ${event.message}`);
}

main().then(
  () => process.exit(0),
  (failure) => {
    console.error(failure);
    process.exit(1);
  },
);
