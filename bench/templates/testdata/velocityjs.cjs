// Renders the workloads with velocityjs.
//
// Reads commands, one a line: "run NAME MILLISECONDS BATCH" renders for that
// long, looking at the clock after each batch, and answers with the number of
// renders; "show NAME" answers with the number of bytes of one output and then
// these.
'use strict';

const fs = require('fs');
const path = require('path');
const readline = require('readline');
const {createRequire} = require('module');

const [directory, modules] = process.argv.slice(2);
const {Compile, parse} = createRequire(path.join(modules, 'x.js'))('velocityjs');

// Methods of Java lists that the library does not have.
const customMethodHandlers = [{
  uid: 'contains',
  match: ({property, context}) => property === 'contains' && Array.isArray(context),
  resolve: ({context, params}) => context.includes(params[0]),
}];

const escapes = {
  '"': '\\"', "'": "\\'", '\\': '\\\\', '/': '\\/',
  '\b': '\\b', '\f': '\\f', '\n': '\\n', '\r': '\\r', '\t': '\\t',
};

const util = {
  escapeJavaScript: (s) => s.replace(/["'\\/\x00-\x1f\x7f-\uffff]/g, (c) =>
    escapes[c] || '\\u' + c.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')),
  urlEncode: (s) => encodeURIComponent(s).replace(/%20/g, '+')
    .replace(/[!'()~]/g, (c) => '%' + c.charCodeAt(0).toString(16).toUpperCase()),
  urlDecode: (s) => decodeURIComponent(s.replace(/\+/g, ' ')),
  base64Encode: (s) => Buffer.from(s).toString('base64'),
  base64Decode: (s) => Buffer.from(s, 'base64').toString(),
  parseJson: (s) => JSON.parse(s),
};

// Input is what $input gives; one for each render. The workloads ask for no
// path but $.
class Input {
  constructor(request) {
    this.request = request;
    this.body = request.body || '{}';
  }

  path(p) {
    if (p !== '$') throw new Error('no path but $');
    if (this.document === undefined) this.document = JSON.parse(this.body);
    return this.document;
  }

  json(p) {
    return JSON.stringify(this.path(p));
  }

  params(name) {
    const {path, querystring, header} = this.request.params;
    if (name === undefined) return {path, querystring, header};
    return path[name] ?? querystring[name] ?? header[name] ?? '';
  }
}

class Workload {
  constructor(name) {
    const read = (ext) => fs.readFileSync(path.join(directory, name + ext), 'utf8');
    this.case = JSON.parse(read('.json'));
    this.template = parse(read('.vtl'));
  }

  render() {
    const context = {...this.case.context};
    for (const name in context) {
      if (typeof context[name] === 'object') context[name] = {...context[name]};
    }
    context.requestOverride = {header: {}, querystring: {}, path: {}};
    context.responseOverride = {header: {}};
    return new Compile(this.template, {customMethodHandlers}).render({
      input: new Input(this.case.request), util, context,
      stageVariables: this.case.stageVariables,
    });
  }
}

const workloads = new Map();

readline.createInterface({input: process.stdin}).on('line', (line) => {
  const [verb, name, milliseconds, batch] = line.split(' ');
  if (!workloads.has(name)) workloads.set(name, new Workload(name));
  const w = workloads.get(name);
  if (verb === 'show') {
    const text = Buffer.from(w.render());
    process.stdout.write(text.length + '\n');
    process.stdout.write(text);
    return;
  }
  const end = process.hrtime.bigint() + BigInt(milliseconds) * 1000000n;
  let renders = 0;
  let length = 0;
  do {
    for (let i = 0; i < Number(batch); i++) length += w.render().length;
    renders += Number(batch);
  } while (process.hrtime.bigint() < end);
  if (length === 0) throw new Error('no output');
  process.stdout.write(renders + '\n');
});
