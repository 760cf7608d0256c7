// `node validate.mjs FILE`: what AsyncAPI's own parser finds wrong with a document, a line each; fails on any.
import { readFile } from "node:fs/promises";
import { Parser } from "@asyncapi/parser";

const file = process.argv[2];
const { document, diagnostics } = await new Parser().parse(await readFile(file, "utf8"), { source: file });
const severe = diagnostics.filter((one) => one.severity <= 1);
for (const one of severe) console.log(`${one.path.join(".")}: ${one.message}`);
if (!document || severe.length > 0) process.exit(1);
console.log(JSON.stringify({
  version: document.version(),
  channels: document.channels().all().length,
  operations: document.operations().all().length,
  messages: document.allMessages().all().length,
}));
