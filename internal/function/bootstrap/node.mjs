// Runs a Node.js handler as AWS Lambda does, over the Lambda Runtime API.
//
// An answer and the question for the next event travel in one write, and the
// socket does not keep the event loop alive while a handler runs: so an empty
// loop is seen, which handlers with callbacks wait for.
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import util from 'node:util';
import { createRequire } from 'node:module';
import { PassThrough } from 'node:stream';
import { pathToFileURL } from 'node:url';

const env = process.env;
const api = env.AWS_LAMBDA_RUNTIME_API;
const root = env.LAMBDA_TASK_ROOT;
const base = '/2018-06-01/runtime/';
let requestId; // of the running invocation
let beforeExit = null; // what an empty event loop means now

// --- the log ---

function write(level, args) {
  const line = `${new Date().toISOString()}\t${requestId}\t${level}\t${util.format(...args)}`;
  print(Buffer.from(line.replaceAll('\n', '\r') + '\n')); // \r: one event of several lines
}

// print writes at once, as process.stdout does not when the reader is slow: what
// was logged has to come before the answer.
function print(bytes) {
  while (bytes.length > 0) {
    try {
      bytes = bytes.subarray(fs.writeSync(1, bytes));
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

// --- the runtime API ---

const [host, port] = api.split(':');
const socket = net.connect({ host, port: Number(port), noDelay: true });
const NEXT = `GET ${base}invocation/next HTTP/1.1\r\nHost: ${api}\r\n\r\n`;
let input = null; // what has come and is not yet read
socket.on('data', (data) => {
  input = input ? Buffer.concat([input, data]) : data;
  while (input && read());
});
socket.on('error', () => process.exit(1));
socket.on('close', () => process.exit(1));

function post(where, body, header, rest) {
  socket.write(`POST ${base}${where} HTTP/1.1\r\nHost: ${api}\r\nContent-Type: application/json\r\n${header}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}${rest}`);
}

function next(where, body, header) {
  requestId = undefined;
  beforeExit = null;
  socket.ref();
  post(where, body, header, NEXT);
}

// read takes one response from the input and reports whether there was one.
// Those to what was posted are passed over.
function read() {
  const end = input.indexOf('\r\n\r\n');
  if (end < 0) return false;
  const lines = input.latin1Slice(0, end).split('\r\n');
  const headers = {};
  for (let i = 1; i < lines.length; i++) {
    const colon = lines[i].indexOf(':');
    headers[lines[i].slice(0, colon).toLowerCase()] = lines[i].slice(colon + 1).trim();
  }
  const stop = end + 4 + Number(headers['content-length'] || 0);
  if (input.length < stop) return false;
  const body = input.utf8Slice(end + 4, stop);
  input = input.length > stop ? input.subarray(stop) : null;
  const id = headers['lambda-runtime-aws-request-id'];
  if (id) invoke(id, headers, body);
  return true;
}

// --- one invocation ---

let handler;

function invoke(id, headers, body) {
  requestId = id;
  const trace = headers['lambda-runtime-trace-id'];
  if (trace) env._X_AMZN_TRACE_ID = trace;
  else delete env._X_AMZN_TRACE_ID;
  socket.unref();

  let open = true;
  let wait = true;
  const fail = (e) => {
    if (!open) return;
    open = false;
    logError('Invoke Error', e);
    const { errorType, ...rest } = shape(e);
    next(`invocation/${id}/error`, JSON.stringify({ errorType, ...rest }), `Lambda-Runtime-Function-Error-Type: ${headerText(errorType)}\r\n`);
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
    next(`invocation/${id}/response`, text, '');
  };
  const callback = (e, result) => {
    if (e !== undefined && e !== null) return fail(e);
    if (!wait) return succeed(result);
    beforeExit = () => succeed(result);
  };
  const deadline = Number(headers['lambda-runtime-deadline-ms']);
  const context = {
    get callbackWaitsForEmptyEventLoop() { return wait; },
    set callbackWaitsForEmptyEventLoop(v) { wait = Boolean(v); },
    functionVersion: env.AWS_LAMBDA_FUNCTION_VERSION,
    functionName: env.AWS_LAMBDA_FUNCTION_NAME,
    memoryLimitInMB: env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: env.AWS_LAMBDA_LOG_STREAM_NAME,
    clientContext: json(headers['lambda-runtime-client-context']),
    identity: json(headers['lambda-runtime-cognito-identity']),
    invokedFunctionArn: headers['lambda-runtime-invoked-function-arn'],
    awsRequestId: id,
    getRemainingTimeInMillis: () => deadline - Date.now(),
    done: (e, result) => { wait = false; callback(e, result); },
    succeed: (result) => { wait = false; callback(null, result); },
    fail: (e) => { wait = false; callback(e ?? 'handled'); },
  };
  // An empty event loop ends an invocation that nobody answered.
  beforeExit = () => succeed(null);
  uncaught = (e) => {
    if (!open) return;
    open = false;
    const { errorType, ...rest } = shape(e);
    post(`invocation/${id}/error`, JSON.stringify({ errorType, ...rest }), `Lambda-Runtime-Function-Error-Type: ${headerText(errorType)}\r\n`, '');
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

  function succeedRaw(text, type) {
    if (!open) return;
    open = false;
    requestId = undefined;
    beforeExit = null;
    socket.ref();
    socket.write(`POST ${base}invocation/${id}/response HTTP/1.1\r\nHost: ${api}\r\nContent-Type: ${headerText(type)}\r\nLambda-Runtime-Function-Response-Mode: streaming\r\nContent-Length: ${text.length}\r\n\r\n`);
    socket.write(text);
    socket.write(NEXT);
  }
}

function headerText(s) {
  return String(s).replace(/[^\x20-\x7e]/g, '?');
}

function json(text) {
  if (!text) return undefined;
  try {
    return JSON.parse(Buffer.from(text, 'latin1').toString('utf8'));
  } catch {
    return undefined;
  }
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
  end(129);
});
process.on('unhandledRejection', (reason) => {
  const e = named('Runtime.UnhandledPromiseRejection', String(reason?.stack ? `${reason.name}: ${reason.message}` : reason));
  e.reason = reason;
  throw e;
});

// end leaves when all that was written has gone.
function end(code) {
  socket.removeAllListeners('close');
  socket.ref();
  socket.end(() => process.exit(code));
}

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
  let type = 'application/octet-stream';
  out.setContentType = (t) => { type = t; };
  out.on('data', (chunk) => chunks.push(chunk));
  out.on('error', fail);
  const ended = new Promise((done) => out.on('end', done));
  Promise.resolve(handler(event, out, context)).then(() => ended).then(() => succeed(Buffer.concat(chunks), type), fail);
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
  uncaught = () => {};
  socket.write(NEXT);
} catch (e) {
  logError('Uncaught Exception', e);
  const { errorType, ...rest } = shape(e);
  post('init/error', JSON.stringify({ errorType, ...rest }), `Lambda-Runtime-Function-Error-Type: ${headerText(errorType)}\r\n`, '');
  end(1);
}
