// The same measurements with graphql-js: `nodejs reference.js schema.graphql document.graphql…`.
'use strict';

const fs = require('fs');
const path = require('path');
const { buildSchema, parse, validate, version } = require('graphql');

function repeated(work, count) {
  for (let i = 0; i < count; i++) {
    if (!work()) throw new Error('the work failed');
  }
}

// Repeats for about this many milliseconds; how often.
function runFor(work, milliseconds) {
  const end = performance.now() + milliseconds;
  let count = 0;
  do {
    repeated(work, 16);
    count += 16;
  } while (performance.now() < end);
  return count;
}

// Prints the mean time of each of ten batches of about 50 ms.
function measure({ what, document, work }) {
  const count = runFor(work, 50);
  for (let batch = 0; batch < 10; batch++) {
    const start = performance.now();
    repeated(work, count);
    const microseconds = ((performance.now() - start) * 1000) / count;
    console.log(['graphql-js', what, document, microseconds].join('\t'));
  }
}

const [schemaPath, ...documentPaths] = process.argv.slice(2);
const schema = buildSchema(fs.readFileSync(schemaPath, 'utf8'));
const cases = documentPaths.flatMap((file) => {
  const document = path.basename(file, '.graphql');
  const text = fs.readFileSync(file, 'utf8');
  const parsed = parse(text);
  return [
    { what: 'parse', document, work: () => parse(text).definitions.length },
    { what: 'validate', document, work: () => validate(schema, parsed).length === 0 },
    { what: 'parse + validate', document, work: () => validate(schema, parse(text)).length === 0 },
  ];
});
console.log(['graphql-js', 'version', '', `${version} on Node.js ${process.versions.node}`].join('\t'));
for (const { work } of cases) runFor(work, 300);
for (const measured of cases) measure(measured);
