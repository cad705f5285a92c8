// Runs a Node.js handler as AWS Lambda does. It speaks with Postern over file
// descriptors 3 and 4, as internal/function/pipe.go says.
//
// Between invocations it blocks: nothing of the function runs then, as in Lambda.
// While a handler runs nothing of this file keeps the event loop alive, so that
// an empty loop is seen, which handlers with callbacks wait for.
import fs from 'node:fs';
import path from 'node:path';
import util from 'node:util';
import { createRequire } from 'node:module';
import { PassThrough } from 'node:stream';
import { pathToFileURL } from 'node:url';

const env = process.env;
const root = env.LAMBDA_TASK_ROOT;
let requestId; // of the running invocation
let beforeExit = null; // what an empty event loop means now

// --- the log ---

function write(level, args) {
  const line = `${new Date().toISOString()}\t${requestId}\t${level}\t${util.format(...args)}`;
  print(1, Buffer.from(line.replaceAll('\n', '\r') + '\n')); // \r: one event of several lines
}

// print writes at once, as process.stdout does not when the reader is slow: what
// was logged has to come before the answer.
function print(fd, bytes) {
  while (bytes.length > 0) {
    try {
      bytes = bytes.subarray(fs.writeSync(fd, bytes));
    } catch (e) {
      if (e.code !== 'EAGAIN') return;
      Atomics.wait(pause, 0, 0, 1);
    }
  }
}
const pause = new Int32Array(new SharedArrayBuffer(4));
for (const [name, level] of [['log', 'INFO'], ['info', 'INFO'], ['debug', 'DEBUG'], ['warn', 'WARN'], ['error', 'ERROR'], ['trace', 'TRACE'], ['fatal', 'FATAL']]) {
  console[name] = (...args) => write(level, args);
}

// --- errors ---

function named(errorType, message, stack) {
  const e = new Error(message);
  e.name = errorType;
  if (stack) e.stack = stack;
  return e;
}

function shape(e) {
  if (!(e instanceof Error || util.types.isNativeError(e))) {
    return { errorType: typeof e, errorMessage: String(e), trace: [] };
  }
  return { errorType: e.name || 'Error', errorMessage: e.message, trace: (e.stack || '').split('\n') };
}

function logError(what, e) {
  const { errorType, errorMessage, trace } = shape(e);
  let line;
  try {
    line = JSON.stringify({ errorType, errorMessage, ...(util.types.isNativeError(e) ? e : {}), stack: trace });
  } catch {
    line = JSON.stringify({ errorType, errorMessage, stack: trace });
  }
  write('ERROR', [`${what} \t${line}`]);
}

// --- the pipe ---

const EVENTS = 3;
const ANSWERS = 4;
let input = Buffer.allocUnsafe(64 << 10);
let have = 0; // bytes of input that are read

function fill() {
  if (have === input.length) {
    const larger = Buffer.allocUnsafe(2 * input.length);
    input.copy(larger, 0, 0, have);
    input = larger;
  }
  let n = 0;
  try {
    n = fs.readSync(EVENTS, input, have, input.length - have, null);
  } catch {
    // Postern has gone
  }
  if (n === 0) process.exit(1);
  have += n;
}

// wait blocks until there is an event, and invokes the handler with it.
function wait() {
  let end;
  while ((end = input.subarray(0, have).indexOf(10)) < 0) fill();
  const fields = input.utf8Slice(0, end).split('\t');
  const stop = end + 1 + Number(fields[5]);
  while (have < stop) fill();
  const body = input.utf8Slice(end + 1, stop);
  input.copy(input, 0, stop, have);
  have -= stop;
  if (input.length > 4 << 20 && have === 0) input = Buffer.allocUnsafe(64 << 10);
  invoke(fields, body);
}

// answer ends an invocation and has wait called when the event loop has turned.
function answer(head, body) {
  requestId = undefined;
  beforeExit = null;
  print(ANSWERS, Buffer.from(`${head}\t${Buffer.byteLength(body)}\n${body}next\n`));
  setImmediate(wait);
}

// --- one invocation ---

let handler;

function invoke([id, deadline, arn, trace, client], body) {
  requestId = id;
  if (trace) env._X_AMZN_TRACE_ID = trace;
  else if (traced) delete env._X_AMZN_TRACE_ID;
  traced = trace !== '';

  let open = true;
  let waits = true;
  const fail = (e) => {
    if (!open) return;
    open = false;
    logError('Invoke Error', e);
    const error = shape(e);
    answer(`error\t${id}\t${word(error.errorType)}`, JSON.stringify(error));
  };
  const succeed = (result) => {
    if (!open) return;
    let text;
    try {
      text = JSON.stringify(result === undefined ? null : result);
      if (text === undefined) text = 'null';
    } catch (e) {
      return fail(named('Runtime.UnserializableResponse', `Unable to stringify response body as json: ${e.message}`));
    }
    open = false;
    answer(`response\t${id}`, text);
  };
  const callback = (e, result) => {
    if (e !== undefined && e !== null) return fail(e);
    if (!waits) return succeed(result);
    beforeExit = () => succeed(result);
  };
  const last = Number(deadline);
  const context = {
    get callbackWaitsForEmptyEventLoop() { return waits; },
    set callbackWaitsForEmptyEventLoop(v) { waits = Boolean(v); },
    functionVersion: env.AWS_LAMBDA_FUNCTION_VERSION,
    functionName: env.AWS_LAMBDA_FUNCTION_NAME,
    memoryLimitInMB: env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: env.AWS_LAMBDA_LOG_STREAM_NAME,
    clientContext: client ? JSON.parse(client) : undefined,
    identity: undefined,
    invokedFunctionArn: arn,
    awsRequestId: id,
    getRemainingTimeInMillis: () => last - Date.now(),
    done: (e, result) => { waits = false; callback(e, result); },
    succeed: (result) => { waits = false; callback(null, result); },
    fail: (e) => { waits = false; callback(e ?? 'handled'); },
  };
  // An empty event loop ends an invocation that nobody answered.
  beforeExit = () => succeed(null);
  uncaught = (e) => {
    if (!open) return;
    open = false;
    const error = shape(e);
    lastWords(`error\t${id}\t${word(error.errorType)}`, JSON.stringify(error));
  };
  try {
    const event = JSON.parse(body);
    if (handler[STREAMING]) {
      stream(event, context, succeedRaw, fail);
      return;
    }
    const result = handler(event, context, callback);
    if (result && typeof result.then === 'function') result.then(succeed, fail);
  } catch (e) {
    fail(e);
  }

  function succeedRaw(bytes) {
    if (!open) return;
    open = false;
    print(ANSWERS, Buffer.from(`response\t${id}\t${bytes.length}\n`));
    print(ANSWERS, bytes);
    requestId = undefined;
    beforeExit = null;
    print(ANSWERS, Buffer.from('next\n'));
    setImmediate(wait);
  }
}

let traced = true; // there may be a trace ID in the environment

// word is s as one field of a line.
function word(s) {
  return String(s).replace(/[^\x20-\x7e]/g, '?');
}

// lastWords tells how the process ends.
function lastWords(head, body) {
  print(ANSWERS, Buffer.from(`${head}\t${Buffer.byteLength(body)}\n${body}`));
}

process.on('beforeExit', () => {
  const f = beforeExit;
  beforeExit = null;
  if (f) f();
});

let uncaught = () => {};
process.on('uncaughtException', (e) => {
  logError('Uncaught Exception', e);
  uncaught(e);
  process.exit(129);
});
process.on('unhandledRejection', (reason) => {
  const e = named('Runtime.UnhandledPromiseRejection', String(reason?.stack ? `${reason.name}: ${reason.message}` : reason));
  e.reason = reason;
  throw e;
});

// --- response streams ---

const STREAMING = Symbol.for('aws.lambda.runtime.handler.streaming');

globalThis.awslambda = {
  streamifyResponse(f) {
    f[STREAMING] = 'response';
    return f;
  },
  HttpResponseStream: {
    from(out, metadata) {
      out.setContentType('application/vnd.awslambda.http-integration-response');
      out.write(JSON.stringify(metadata));
      out.write(Buffer.alloc(8));
      return out;
    },
  },
};

function stream(event, context, succeed, fail) {
  const out = new PassThrough();
  const chunks = [];
  out.setContentType = () => {}; // nobody asks for it
  out.on('data', (chunk) => chunks.push(chunk));
  out.on('error', fail);
  const ended = new Promise((done) => out.on('end', done));
  Promise.resolve(handler(event, out, context)).then(() => ended).then(() => succeed(Buffer.concat(chunks)), fail);
}

// --- the handler ---

async function load(name) {
  const dir = path.dirname(name);
  const match = path.basename(name).match(/^([^.]*)\.(.*)$/);
  if (!match || name.includes('..')) throw named('Runtime.MalformedHandlerName', name.includes('..') ? `'${name}' is not a valid handler name. Use absolute paths when specifying root directories in handler names.` : 'Bad handler');
  const [, module, exported] = match;
  let f = await importModule(path.resolve(root, dir, module), dir, module);
  for (const part of exported.split('.')) f = f?.[part];
  if (f === undefined || f === null) throw named('Runtime.HandlerNotFound', `${name} is undefined or not exported`);
  if (typeof f !== 'function') throw named('Runtime.HandlerNotFound', `${name} is not a function`);
  return f;
}

async function importModule(file, dir, module) {
  const require = createRequire(path.join(root, 'index.js'));
  try {
    if (fs.existsSync(file) && fs.statSync(file).isFile()) return require(file);
    if (fs.existsSync(file + '.js')) return await either(require, file + '.js');
    if (fs.existsSync(file + '.mjs')) return await import(pathToFileURL(file + '.mjs'));
    if (fs.existsSync(file + '.cjs')) return require(file + '.cjs');
    const name = dir === '.' ? module : `${dir}/${module}`;
    return require(require.resolve('./' + name, { paths: [root] }));
  } catch (e) {
    if (e instanceof SyntaxError) throw named('Runtime.UserCodeSyntaxError', `SyntaxError: ${e.message}`, e.stack);
    if (e?.code === 'MODULE_NOT_FOUND' || e?.code === 'ERR_MODULE_NOT_FOUND') throw named('Runtime.ImportModuleError', `Error: ${e.message}`, e.stack);
    throw e;
  }
}

// either reads a .js file as its package.json says.
function either(require, file) {
  for (let dir = path.dirname(file); ; dir = path.dirname(dir)) {
    const manifest = path.join(dir, 'package.json');
    if (fs.existsSync(manifest)) {
      if (JSON.parse(fs.readFileSync(manifest, 'utf8')).type === 'module') return import(pathToFileURL(file));
      break;
    }
    if (dir === path.dirname(dir)) break;
  }
  return require(file);
}

try {
  handler = await load(env._HANDLER);
  print(ANSWERS, Buffer.from('next\n'));
  setImmediate(wait);
} catch (e) {
  logError('Uncaught Exception', e);
  const error = shape(e);
  lastWords(`init\t${word(error.errorType)}`, JSON.stringify(error));
  process.exit(1);
}
