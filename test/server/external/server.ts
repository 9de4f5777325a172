import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import { onTestFinished } from 'vitest';

/** What came to a server that stands for one elsewhere. */
export interface Came {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

export interface Standing {
  readonly url: string;
  readonly came: readonly Came[];
}

/** A server elsewhere that answers as `answer` says, until the test ends; where that answers nothing it hangs. */
export async function stand(
  answer: (came: Came, response: ServerResponse, server: Standing) => void,
): Promise<Standing> {
  const came: Came[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      const each = { method, path: url, headers, body: Buffer.concat(chunks) };
      came.push(each);
      answer(each, response, standing);
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const standing = { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, came };
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return standing;
}

export function answerJson(response: ServerResponse, value: object, status = 200): void {
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(value));
}
