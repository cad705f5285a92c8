// The function by itself: the event is read, the handler called, its result
// written. Prints CPU microseconds and elapsed microseconds of one call: CPU of
// all, and of what has elapsed the median of batches.
import { handler } from './index.mjs';

const event = JSON.stringify({
  resource: '/hello/{name}', path: '/hello/ada', httpMethod: 'GET',
  headers: { 'Accept-Encoding': 'gzip', Host: '127.0.0.1:4566', 'User-Agent': 'Go-http-client/1.1', 'X-Forwarded-For': '127.0.0.1', 'X-Forwarded-Port': '4566', 'X-Forwarded-Proto': 'http' },
  multiValueHeaders: { 'Accept-Encoding': ['gzip'], Host: ['127.0.0.1:4566'], 'User-Agent': ['Go-http-client/1.1'] },
  queryStringParameters: null, multiValueQueryStringParameters: null, pathParameters: { name: 'ada' }, stageVariables: null,
  requestContext: { resourceId: 'x1y2z3', resourcePath: '/hello/{name}', httpMethod: 'GET', path: '/prod/hello/ada', accountId: '000000000000', protocol: 'HTTP/1.1', stage: 'prod', identity: { sourceIp: '127.0.0.1', userAgent: 'Go-http-client/1.1' } },
  body: null, isBase64Encoded: false,
});
let length = 0;
const call = async () => { length += JSON.stringify(await handler(JSON.parse(event))).length; };
for (let i = 0; i < 50000; i++) await call();
const n = 100000;
const cpu = process.cpuUsage();
const batch = 20;
const elapsed = [];
for (let i = 0; i < n; i += batch) {
  const start = process.hrtime.bigint();
  for (let k = 0; k < batch; k++) await call();
  elapsed.push(Number(process.hrtime.bigint() - start) / 1000 / batch);
}
const { user, system } = process.cpuUsage(cpu);
elapsed.sort((a, b) => a - b);
if (length > 0) console.log((user + system) / n, elapsed[elapsed.length >> 1]);
