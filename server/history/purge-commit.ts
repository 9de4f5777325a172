import type { Commit } from '../store/git/commit.js';
import { TRAILERS } from './state.js';

const OWN_TRAILER = new RegExp(`^(${Object.values(TRAILERS).join('|')}): `);
/** Lines that git itself has written: they name objects, or say how the others are written. */
const OF_GIT = /^(tree|parent|encoding) /;
const PERSON = /^(author|committer) (.*)( -?\d+ [-+]\d+)$/;

export interface CommitParts {
  readonly tree: string;
  readonly parents: readonly string[];
}

/** A commit with its tree and parents in the place of its own, and without what `clean` takes out of its texts. */
export function rewriteCommit(
  content: Buffer,
  { tree, parents }: CommitParts,
  clean: (bytes: Buffer) => Buffer | undefined,
): Buffer {
  const text = (line: string): string => {
    const bytes = Buffer.from(line, 'latin1');
    return (clean(bytes) ?? bytes).toString('latin1');
  };
  const end = content.indexOf('\n\n');
  const header = content.toString('latin1', 0, end < 0 ? content.length : end).split('\n');
  let parent = 0;
  const lines = header.map((line) => {
    if (line.startsWith('tree ')) return `tree ${tree}`;
    if (line.startsWith('parent ')) return `parent ${parents[parent++] ?? line.slice(7)}`;
    if (OF_GIT.test(line)) return line;
    const person = PERSON.exec(line);
    if (person === null) return text(line);
    return `${person[1] ?? ''} ${text(person[2] ?? '')}${person[3] ?? ''}`;
  });
  const message = end < 0 ? '' : content.toString('latin1', end);
  return Buffer.from(lines.join('\n') + cleanMessage(message, text), 'latin1');
}

/** True when a commit's texts hold something that `clean` takes out. */
export function holdsInCommit(
  { message, author }: Commit,
  clean: (bytes: Buffer) => Buffer | undefined,
): boolean {
  const text = (piece: string): string => clean(Buffer.from(piece))?.toString('utf8') ?? piece;
  return (
    cleanMessage(message, text) !== message ||
    text(`${author.name} <${author.email}>`) !== `${author.name} <${author.email}>`
  );
}

/** The last paragraph may hold our own trailers, which stay as they are. */
function cleanMessage(message: string, text: (text: string) => string): string {
  const start = message.trimEnd().lastIndexOf('\n\n') + 2;
  const last = message.slice(start).split('\n');
  if (start < 2 || !last.some((line) => OWN_TRAILER.test(line))) return text(message);
  // What stands over several lines is sought as it stands, between our own.
  const pieces: string[] = [];
  let piece: string[] = [];
  for (const line of last) {
    if (!OWN_TRAILER.test(line)) piece.push(line);
    else {
      if (piece.length > 0) pieces.push(text(piece.join('\n')));
      piece = [];
      pieces.push(line);
    }
  }
  if (piece.length > 0) pieces.push(text(piece.join('\n')));
  return text(message.slice(0, start)) + pieces.join('\n');
}
