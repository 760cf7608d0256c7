// Who is in aid, from approvals and exits: node approvals.mjs follow BROKER FILE [PREFIX] | list FILE MONTH
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import Ajv from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { Kafka as Events } from "cloudevents";
import { Kafka, logLevel } from "kafkajs";

const ajv = new Ajv();
addFormats(ajv);
const schemas = new URL("../../contracts/schemas/", import.meta.url);
const known = {};
for (const name of ["approved.v1", "exited.v1"])
  known[`cn.doudi.${name}`] = ajv.compile(JSON.parse(readFileSync(new URL(`${name}.schema.json`, schemas))));

const read = (file) => (existsSync(file) ? JSON.parse(readFileSync(file)) : {});

function write(file, told) {
  writeFileSync(`${file}.new`, JSON.stringify(told));
  renameSync(`${file}.new`, file);
}

function take(told, message) {
  const headers = {};
  for (const [name, value] of Object.entries(message.headers)) headers[name] = value.toString();
  const event = Events.toEvent({ headers, value: message.value?.toString() });
  const valid = known[event.type];
  if (!valid) return; // pass over what we don't know
  if (!valid(event.data)) throw new Error(`${event.id}: ${ajv.errorsText(valid.errors)}`);
  const { person, case: number, from_month: first, until_month: last } = event.data;
  // What comes again has the same source and id: keeping it twice changes nothing.
  told[`${event.source} ${event.id}`] = [`${event.time} ${event.sequence}`, event.type, person, number, first, last];
}

async function follow(broker, file, prefix = "doudi.") {
  const told = read(file);
  const kafka = new Kafka({ brokers: broker.split(","), logLevel: logLevel.WARN });
  const consumer = kafka.consumer({ groupId: `school.${prefix}approvals` }); // read_committed unless told otherwise
  await consumer.subscribe({ topics: [`${prefix}approvals`, `${prefix}exits`], fromBeginning: true });
  const eachBatch = async ({ batch }) => {
    for (const message of batch.messages) take(told, message);
    write(file, told); // only then the offset: who dies in between is given the batch again
  };
  await consumer.run({ eachBatch });
}

function list(file, month) {
  const last = {}; // of all that was told of a person's month in a case, the last word counts
  for (const [, type, person, number, first, until] of Object.values(read(file)).sort(([a], [b]) => (a < b ? -1 : 1)))
    if (first <= month && month <= (until ?? month)) last[`${person} ${number}`] = [person, type];
  const now = Object.values(last).filter(([, type]) => type === "cn.doudi.approved.v1");
  return [...new Set(now.map(([person]) => person))].sort();
}

const [command, ...rest] = process.argv.slice(2);
if (command === "follow") await follow(...rest);
else console.log(list(...rest).join("\n"));
