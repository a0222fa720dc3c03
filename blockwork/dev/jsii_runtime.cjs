// The kernel of jsii in the process that Python has started, for syntheses of `blockwork dev`.
//
// jsii starts a process of Node.js that starts the kernel's and hands on each message, in both
// directions: thousands a synthesis, each of which wakes three processes instead of two. Here the
// kernel reads and writes them itself: descriptors 4 and 5, from jsii_node, stand for its 3. What
// is written to standard output or error goes to Python as jsii's first process would send it.
"use strict";

const fs = require("node:fs");
const processes = require("node:child_process");

const KERNEL = 3;
const REQUESTS = 4;
const ANSWERS = 5;
const NAMES = { 1: "stdout", 2: "stderr" };
const { readSync, writeSync } = fs;

function tell(descriptor, content, encoding) {
  const bytes = typeof content === "string" ? Buffer.from(content, encoding) : Buffer.from(content);
  const line = Buffer.from(`${JSON.stringify({ [NAMES[descriptor]]: bytes.toString("base64") })}\n`);
  for (let at = 0; at < line.length; ) at += writeSync(2, line, at);
  return bytes.length;
}

// What has touched files is told by a space before its answer: see foreseen.py.
let touched = false;
function touching(module, name) {
  const done = module[name];
  module[name] = Object.assign((...given) => {
    touched = true;
    return done(...given);
  }, done);
}
for (const name of Object.keys(fs)) if (name.endsWith("Sync")) touching(fs, name);
for (const name of ["execSync", "execFileSync", "spawnSync"]) touching(processes, name);

function answer(line, start = 0, ...rest) {
  if (!touched || start > 0) return writeSync(ANSWERS, line, start, ...rest);
  const written = writeSync(ANSWERS, Buffer.concat([Buffer.from(" "), Buffer.from(line)]));
  touched = false;
  return Math.max(written - 1, 0);
}

fs.readSync = (from, ...rest) => {
  if (from === KERNEL) return readSync(REQUESTS, ...rest);
  touched = true;
  return readSync(from, ...rest);
};
fs.writeSync = (to, content, ...rest) => {
  if (to === KERNEL) return answer(content, ...rest);
  if (!(to in NAMES)) {
    touched = true;
    return writeSync(to, content, ...rest);
  }
  if (typeof content === "string") return tell(to, content, typeof rest[1] === "string" ? rest[1] : "utf8");
  const [start = 0, length = content.length - start] = typeof rest[0] === "number" ? rest : [];
  return tell(to, content.subarray(start, start + length));
};

for (const [descriptor, name] of Object.entries(NAMES)) {
  process[name].write = (content, encoding, done) => {
    tell(descriptor, content, typeof encoding === "string" ? encoding : "utf8");
    const written = typeof encoding === "function" ? encoding : done;
    if (written) process.nextTick(written);
    return true;
  };
}

// What bundles an asset would write past all that, so its output is taken and told at its end.
const { spawnSync } = processes;
processes.spawnSync = (command, ...rest) => {
  const options = rest.find((each) => each && typeof each === "object" && !Array.isArray(each));
  const asked = options?.stdio ?? "pipe";
  const streams = typeof asked === "string" ? [asked, asked, asked] : [...asked];
  const told = new Map();
  for (const at of [1, 2]) {
    const to = { inherit: at, 1: 1, 2: 2 }[streams[at]?.fd ?? streams[at]];
    if (to) told.set(at, to);
  }
  if (told.size === 0) return spawnSync(command, ...rest);
  for (const at of told.keys()) streams[at] = "pipe";
  const changed = { ...options, stdio: streams, maxBuffer: Infinity };
  const done = spawnSync(command, ...rest.map((each) => (each === options ? changed : each)));
  for (const [at, to] of told) if (done.output?.[at]?.length) tell(to, done.output[at]);
  return done;
};
