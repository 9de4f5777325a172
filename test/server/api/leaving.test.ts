import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

import { expect, test } from 'vitest';

import { serve, TOKEN } from './served.js';

test('a client that goes in the middle of a call leaves nothing behind, and is no failure of the server', async () => {
  const reported: unknown[] = [];
  const { own, ask, port } = await serve({ report: (error) => void reported.push(error) });
  const made = await own('POST', 'api/2.0/mlflow/runs/create', {});
  const run = made.json<{ run: { info: { run_id: string } } }>().run.info.run_id;
  const folder = `api/2.0/mlflow-artifacts/artifacts/0/${run}/artifacts`;
  const authorization = `Bearer ${TOKEN}`;
  const put = await ask({
    ...{ method: 'PUT', path: `${folder}/whole`, raw: Buffer.alloc(30_000_000) },
    headers: { authorization },
  });
  expect(put.status).toBe(200);
  const head = (line: string, more: string): string =>
    `${line} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAuthorization: ${authorization}\r\n${more}\r\n`;
  const batch = `{"run_id":"${run}","metrics":[`;
  for (const begun of [
    head(
      'POST /api/2.0/mlflow/runs/log-batch',
      'Content-Type: application/json\r\nContent-Length: 99999\r\n',
    ) + batch,
    `${head(`PUT /${folder}/half`, 'Content-Length: 99999\r\n')}abc`,
    `${head(`PUT /${folder}/chunked`, 'Transfer-Encoding: chunked\r\n')}5\r\nhello\r\n`,
    head(`GET /${folder}/whole`, ''),
  ]) {
    const socket = connect(port, '127.0.0.1');
    await new Promise<void>((resolve) => {
      socket.write(begun, () => {
        resolve();
      });
    });
    await sleep(50);
    socket.destroy();
  }
  await sleep(300);
  expect(reported).toEqual([]);
  const list = await own('GET', `api/2.0/mlflow-artifacts/artifacts?path=0/${run}/artifacts`);
  expect(list.json()).toEqual({ files: [{ path: 'whole', is_dir: false, file_size: 30_000_000 }] });
});
