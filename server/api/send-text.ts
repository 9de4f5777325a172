import type { Response } from 'express';

/** Sends a notebook's value, named by its hash, as text whatever it is: the browser must never take an output for a document of ours. */
export function sendText(response: Response, hash: string, text: Uint8Array): void {
  response.type('text/plain; charset=utf-8').setHeader('ETag', `"${hash}"`);
  response.send(Buffer.from(text.buffer, text.byteOffset, text.byteLength));
}
