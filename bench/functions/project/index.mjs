import { appendFileSync, readlinkSync } from 'node:fs';

// Which thread runs the function, once for each that loads it.
appendFileSync(new URL('.threads', import.meta.url), readlinkSync('/proc/thread-self') + '\n');

export const handler = async (event) => {
  const name = event.pathParameters.name;
  return {
    statusCode: 200,
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ message: `hello ${name}`, method: event.httpMethod, agent: event.headers['User-Agent'] }),
  };
};
