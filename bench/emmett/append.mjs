// Appends one event of 500 bytes to a new stream each time, for as many seconds as a line on stdin says; answers
// each line with how many a second. What its store refuses (its SQLite store sometimes finds its own statements still
// in progress) isn't counted.  node append.mjs postgresql://… | node append.mjs FILE
import { createInterface } from 'node:readline';

const [place] = process.argv.slice(2);
const store = place.startsWith('postgresql:')
  ? (await import('@event-driven-io/emmett-postgresql')).getPostgreSQLEventStore(place)
  : (await import('@event-driven-io/emmett-sqlite')).getSQLiteEventStore({ fileName: place });
const data = { text: 'x'.repeat(489) };

let number = 0;
let failed = 0;
const append = () => store.appendToStream(`case-${++number}`, [{ type: 'Visited', data }]);
for (let warm = 0; warm < 50; warm++) await append();
for await (const line of createInterface({ input: process.stdin })) {
  const begun = performance.now();
  const until = begun + Number(line) * 1000;
  let done = 0;
  while (performance.now() < until) {
    try {
      await append();
      done++;
    } catch (error) {
      failed++;
      if (failed > 1000) throw error;
    }
  }
  console.log((done / (performance.now() - begun)) * 1000);
}
process.exit(0);
