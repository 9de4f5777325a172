import type { Author } from '../../../contract/snapshot.js';

/** A commit read from the store. */
export interface Commit {
  readonly oid: string;
  readonly tree: string;
  readonly parents: readonly string[];
  readonly author: Author;
  /** Of the author, in milliseconds since 1970 (git keeps whole seconds). */
  readonly time: number;
  readonly message: string;
  readonly trailers: ReadonlyMap<string, string>;
}

export interface CommitFacts {
  readonly tree: string;
  readonly parents: readonly string[];
  readonly author: Author;
  readonly time: number;
  readonly subject: string;
  readonly trailers: ReadonlyMap<string, string>;
}

/** A name or address as a commit's header can hold it: no line breaks, no angle brackets (git's ident.c drops the same). */
function toIdent(text: string, fallback: string): string {
  // eslint-disable-next-line no-control-regex -- control characters are what is taken out
  const clean = text.replace(/[\u0000-\u001f<>]/g, ' ').trim();
  return clean === '' ? fallback : clean;
}

/** The content of a commit object. Times are written in UTC. */
export function formatCommit(facts: CommitFacts): Buffer {
  const { name, email } = facts.author;
  const ident = `${toIdent(name, 'unknown')} <${toIdent(email, 'unknown')}> ${Math.floor(facts.time / 1000)} +0000`;
  const trailers = [...facts.trailers].map(([key, value]) => `${key}: ${value}\n`).join('');
  return Buffer.from(
    [
      `tree ${facts.tree}\n`,
      ...facts.parents.map((parent) => `parent ${parent}\n`),
      `author ${ident}\ncommitter ${ident}\n\n`,
      // Git's own tools end a message at a NUL, and fsck calls it damage.
      `${facts.subject.replaceAll('\0', '\ufffd').trim()}\n`,
      trailers === '' ? '' : `\n${trailers}`,
    ].join(''),
  );
}

/** Parses a commit object's content; only the last paragraph of the message can hold trailers. */
export function parseCommit(oid: string, content: Buffer): Commit {
  const text = content.toString('utf8');
  const end = text.indexOf('\n\n');
  const header = end < 0 ? text : text.slice(0, end);
  const message = end < 0 ? '' : text.slice(end + 2);
  const fields = header.split('\n').map((line) => {
    const space = line.indexOf(' ');
    return [line.slice(0, space), line.slice(space + 1)] as const;
  });
  const ident = /^(.*?) ?<([^>]*)> (-?\d+)/.exec(
    fields.find(([key]) => key === 'author')?.[1] ?? '',
  );
  const trailers = new Map<string, string>();
  for (const line of message.trimEnd().split('\n\n').at(-1)?.split('\n') ?? []) {
    const match = /^([A-Za-z][A-Za-z-]*): (.*)$/.exec(line);
    if (match?.[1] !== undefined && match[2] !== undefined) trailers.set(match[1], match[2]);
  }
  return {
    oid,
    tree: fields.find(([key]) => key === 'tree')?.[1] ?? '',
    parents: fields.filter(([key]) => key === 'parent').map(([, value]) => value),
    author: { name: ident?.[1] ?? '', email: ident?.[2] ?? '' },
    time: Number(ident?.[3] ?? 0) * 1000,
    message,
    trailers,
  };
}
