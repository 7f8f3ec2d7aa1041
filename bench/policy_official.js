// How long the official Cedar package takes over the workloads that bench_policy exported: a line of
// JSON for each.
//
//   NODE_PATH=.../node_modules node --no-opt policy_official.js FOLDER SECONDS NAME...
//
// What is timed is one call of statefulIsAuthorized. The policies were parsed before; the request and
// all entities go with each call, because its API has no other place for them, as JavaScript objects
// that it writes as JSON and reads again. `bare_ns` is the same call with no entities at all: its
// answer may differ, its time is what remains when they cost nothing.
'use strict';

const fs = require('fs');
const path = require('path');
const cedar = require('@cedar-policy/cedar-wasm/nodejs');

function question(request, entities) {
  const {principal, action, resource, context} = request;
  return {principal, action, resource, context, entities, preparsedPolicySetId: 'bench'};
}

function allowed(call) {
  const answer = cedar.statefulIsAuthorized(call);
  if (answer.type !== 'success') throw new Error(JSON.stringify(answer.errors));
  return answer.response.decision === 'allow';
}

// Sorted times in nanoseconds, of all calls again and again until the time is over.
function times(calls, seconds) {
  const out = [];
  const end = process.hrtime.bigint() + BigInt(Math.round(seconds * 1e9));
  let now = process.hrtime.bigint();
  for (let i = 0; now < end || i < 20; i += 1) {
    const begun = process.hrtime.bigint();
    allowed(calls[i % calls.length]);
    now = process.hrtime.bigint();
    out.push(Number(now - begun));
  }
  return out.sort((a, b) => a - b);
}

const median = (sorted) => sorted[Math.floor(sorted.length / 2)];

function measure(folder, name, seconds) {
  const {policies, entities, requests} =
    JSON.parse(fs.readFileSync(path.join(folder, `${name}.json`), 'utf8'));
  const parsed = cedar.preparsePolicySet('bench', policies);
  if (parsed.type !== 'success') throw new Error(`${name}: ${JSON.stringify(parsed.errors)}`);
  const whole = requests.map((request) => question(request, entities));
  const asked = requests.slice(0, 200);
  const disagree = asked.filter((request, i) => allowed(whole[i]) !== request.allowed).length;
  const sorted = times(whole, seconds);
  const bare = times(requests.map((request) => question(request, [])), seconds / 4);
  return {
    workload: name,
    median_ns: median(sorted),
    p99_ns: sorted[Math.floor(sorted.length * 0.99)],
    bare_ns: median(bare),
    calls: sorted.length,
    compared: asked.length,
    disagree,
  };
}

const [folder, seconds, ...names] = process.argv.slice(2);
for (const name of names) console.log(JSON.stringify(measure(folder, name, Number(seconds))));
