import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

import { expect, onTestFinished, test } from 'vitest';

import { listenTcp, type Listening } from '../../../server/main/listen.js';

const HOST = '127.0.0.1';

/** Answers each request once `wait` has resolved. */
async function serve(wait: () => Promise<void> = () => Promise.resolve()): Promise<Listening> {
  const listening = await listenTcp(
    (_request, response) => {
      void wait().then(() => response.end('done'));
    },
    HOST,
    0,
  );
  onTestFinished(() => listening.close());
  return listening;
}

function createAgent(): Agent {
  const agent = new Agent({ keepAlive: true });
  onTestFinished(() => {
    agent.destroy();
  });
  return agent;
}

/** Asks over a kept connection; gives what the server says of how long it keeps it. */
function ask(agent: Agent, { port }: Listening): Promise<string> {
  return new Promise((resolve, reject) => {
    request({ host: HOST, port, agent, method: 'POST' }, (answer) => {
      answer.resume().on('end', () => {
        resolve(String(answer.headers['keep-alive']));
      });
    })
      .on('error', reject)
      .end();
  });
}

test('keeps an idle connection longer than the clients and proxies that use it again', async () => {
  const kept = await ask(createAgent(), await serve());
  expect(Number(/timeout=(\d+)/.exec(kept)?.[1])).toBeGreaterThan(60);
});

test('a connection idle for longer than Node by itself keeps one takes a request still', async () => {
  const { port } = await serve();
  const socket = connect(port, HOST);
  onTestFinished(() => {
    socket.destroy();
  });
  const say = async (): Promise<string> => {
    socket.write('POST / HTTP/1.1\r\nHost: here\r\nContent-Length: 0\r\n\r\n');
    const [bytes] = (await once(socket, 'data')) as [Buffer];
    return bytes.toString('latin1').slice(0, 15);
  };
  expect(await say()).toBe('HTTP/1.1 200 OK');
  await sleep(6_500);
  expect(await say()).toBe('HTTP/1.1 200 OK');
}, 20_000);

test('ends at once where connections idle', async () => {
  const listening = await serve();
  await ask(createAgent(), listening);
  // The connection itself would be kept for longer than that.
  const ends = listening.close().then(() => 'ended');
  expect(await Promise.race([ends, sleep(6_500, 'waits', { ref: false })])).toBe('ended');
});

test('ends as soon as what is being answered is answered', async () => {
  let answer = (): void => undefined;
  let hasBegun = (): void => undefined;
  const begun = new Promise<void>((resolve) => (hasBegun = resolve));
  const listening = await serve(() => {
    hasBegun();
    return new Promise((resolve) => (answer = resolve));
  });
  const asked = ask(createAgent(), listening);
  await begun;
  const closed = listening.close().then(() => performance.now());
  const answered = performance.now();
  answer();
  await asked;
  expect((await closed) - answered).toBeLessThan(400);
});
