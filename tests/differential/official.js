// What the official Cedar engine says of the cases that generate.py made: one line of JSON for each.
//
//   NODE_PATH=.../node_modules node --no-opt official.js CASES VERDICTS
//
// The form of a verdict is told in README.md. The package turns what it is given into JSON text and
// reads that; here the texts of the case go in as they are, since a JavaScript number would not keep
// 64 bits, nor a JavaScript object a key that occurs twice.
'use strict';

const fs = require('fs');
const cedar = require('@cedar-policy/cedar-wasm/nodejs');

const VERSION = '4.10.0';

class RawJson {
  constructor(text) {
    this.text = text;
  }
}
const stringify = JSON.stringify;
JSON.stringify = (value, ...rest) =>
  value instanceof RawJson ? value.text : stringify(value, ...rest);

// {name: JSON text, ...} as one object; null where the text does not even become an object.
function ask(question, members) {
  const text = Object.entries(members).map(([name, held]) => `${stringify(name)}:${held}`).join(',');
  try {
    return question(new RawJson(`{${text}}`));
  } catch (error) {
    // Malformed JSON is told by an exception; a panic of the engine would be told so, too.
    if (error instanceof WebAssembly.RuntimeError) throw error;
    return {type: 'failure'};
  }
}

function accepted(question) {
  try {
    return question().type === 'success';
  } catch (error) {
    if (error instanceof WebAssembly.RuntimeError) throw error;
    return false;
  }
}

const word = (good) => (good ? 'ok' : 'bad');
const sorted = (ids) => [...new Set(ids)].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));

function authorized(request, entities, schema) {
  const members = {...request, preparsedPolicySetId: '"case"', entities};
  if (schema) Object.assign(members, {preparsedSchemaName: '"case"', validateRequest: 'true'});
  const answer = ask(cedar.statefulIsAuthorized, members);
  if (answer.type !== 'success') return 'bad';
  const {decision, diagnostics} = answer.response;
  return [decision, sorted(diagnostics.reason), sorted(diagnostics.errors.map((e) => e.policyId))];
}

function verdictOf(test) {
  const out = {id: test.id};
  const schema = test.schema !== undefined &&
    accepted(() => cedar.preparseSchema('case', new RawJson(test.schema)));
  if (test.schema !== undefined) out.schema = word(schema);
  const policies = accepted(() => cedar.preparsePolicySet('case', new RawJson(test.policies)));
  out.policies = word(policies);
  if (!policies) cedar.preparsePolicySet('case', {});
  if (schema && policies) {
    const answer = ask(cedar.validate, {schema: test.schema, policies: test.policies});
    if (answer.type !== 'success') throw new Error(`${test.id}: ${stringify(answer)}`);
    out.invalid = sorted(answer.validationErrors.map((error) => error.policyId));
  }
  const entities = test.entities;
  const plain = ask(cedar.checkParseEntities, {entities, schema: 'null'}).type === 'success';
  out.entities = word(plain);
  let checked = false;
  if (schema) {
    checked = ask(cedar.checkParseEntities, {entities, schema: test.schema}).type === 'success';
    out.checked = word(checked);
  }
  out.requests = test.requests.map((request) => {
    const answers = [authorized(request, plain ? entities : '[]', false)];
    if (schema) answers.push(authorized(request, checked ? entities : '[]', true));
    return answers;
  });
  return out;
}

function main() {
  const [cases, verdicts] = process.argv.slice(2);
  if (cedar.getCedarSDKVersion() !== VERSION) {
    throw new Error(`the package is ${cedar.getCedarSDKVersion()}, not ${VERSION}`);
  }
  const out = fs.openSync(verdicts, 'w');
  let count = 0;
  for (const line of fs.readFileSync(cases, 'utf8').split('\n')) {
    if (line === '') continue;
    fs.writeSync(out, stringify(verdictOf(JSON.parse(line))) + '\n');
    count += 1;
    if (count % 1000 === 0) console.log(`${count} cases`);
  }
  fs.closeSync(out);
}

main();
