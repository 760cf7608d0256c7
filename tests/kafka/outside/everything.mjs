// everything.mjs BROKER SCHEMAS COUNT TOPIC…: so many messages, and what comes within two seconds after them; each a
// valid CloudEvent whose payload its schema takes.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const [broker, schemas, count, ...topics] = process.argv.slice(2);
const require = createRequire(new URL("../../../docs/subscribers/node/package.json", import.meta.url));
const { Kafka, logLevel } = require("kafkajs");
const { Kafka: Events } = require("cloudevents");
const ajv = new (require("ajv/dist/2020.js").default)();
require("ajv-formats").default(ajv);
const valid = {};

function schema(name) {
  const file = `${schemas}/${name.replace("urn:doudi:contract:", "")}.schema.json`;
  return (valid[name] ??= ajv.compile(JSON.parse(readFileSync(file))));
}

function seen(topic, message) {
  const headers = {};
  for (const [name, value] of Object.entries(message.headers)) headers[name] = value.toString();
  // The library takes no message without a value.
  const event = Events.toEvent({ headers, value: message.value?.toString() ?? Buffer.alloc(0) });
  event.validate();
  if (event.datacontenttype === "application/json") {
    const check = schema(event.dataschema);
    if (!check(event.data)) throw new Error(`${event.id}: ${ajv.errorsText(check.errors)}`);
  }
  return {
    topic,
    key: message.key.toString(),
    id: event.id,
    source: event.source,
    type: event.type,
    subject: event.subject,
    sequence: event.sequence,
    correlation: event.correlation,
    traceparent: event.traceparent,
    time: Date.parse(event.time),
    content: event.datacontenttype ?? null,
    value: message.value === null ? null : createHash("sha256").update(message.value).digest("hex"),
  };
}

let left = Number(count);
const consumer = new Kafka({ brokers: [broker], logLevel: logLevel.NOTHING }).consumer({ groupId: `outside.${topics[0]}` });
await consumer.connect();
await consumer.subscribe({ topics, fromBeginning: true });
await consumer.run({
  eachMessage: async ({ topic, message }) => {
    try {
      console.log(JSON.stringify(seen(topic, message)));
    } catch (error) {
      console.error(error);
      process.exit(1);
    }
    if (--left === 0) setTimeout(() => process.exit(0), 2000);
  },
});
