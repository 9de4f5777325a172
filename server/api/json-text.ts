import type { Response } from 'express';

/** An answer that is JSON text already, in pieces: what is large is written once, where it was made. */
export class JsonText {
  constructor(private readonly pieces: readonly (string | Uint8Array)[]) {}

  send(response: Response): void {
    const pieces = this.pieces.map((piece) =>
      typeof piece === 'string' ? Buffer.from(piece) : piece,
    );
    const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
    response.type('application/json').setHeader('Content-Length', length);
    for (const piece of pieces) response.write(piece);
    response.end();
  }
}

/** An object with one more member, whose value is given as JSON text. */
export function withMember(object: object, name: string, value: Uint8Array): JsonText {
  const open = JSON.stringify(object).slice(0, -1);
  const comma = open === '{' ? '' : ',';
  return new JsonText([`${open}${comma}${JSON.stringify(name)}:`, value, '}']);
}
