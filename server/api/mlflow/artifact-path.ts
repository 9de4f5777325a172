import type { Request } from 'express';

import { CellarError } from '../../errors.js';

/** A place in the files that go through the proxy. */
export interface ArtifactPlace {
  readonly owner: 'run' | 'model';
  /** The run's or the logged model's. */
  readonly id: string;
  /** Within its files; "" is all of them. */
  readonly name: string;
}

/**
 * Where a path of the proxy leads: "<experiment>/<run>/artifacts/<name>", or "<experiment>/models/<model>/artifacts/<name>". Throws
 * bad_request for one that could lead anywhere else, in whatever encoding; not_found for one that is nobody's.
 */
export function parseArtifactPath(path: string): ArtifactPlace {
  const name = checkName(path);
  const [, first = '', ...rest] = name.split('/');
  const owner = first === 'models' ? 'model' : 'run';
  const [id = '', folder, ...names] = owner === 'model' ? rest : [first, ...rest];
  if (folder === 'artifacts' && id !== '') return { owner, id, name: checkName(names.join('/')) };
  throw new CellarError(
    'not_found',
    `There are no files at ${JSON.stringify(name)}: those of a run are at EXPERIMENT/RUN/artifacts.`,
  );
}

/** What follows `before` in an address as it was sent: what it is decoded to is looked at here alone. Throws bad_request. */
export function decodePath(request: Request, before: string): string {
  const [path = ''] = request.url.split('?');
  const sent = path.slice(before.length);
  try {
    return decodeURIComponent(sent);
  } catch (error) {
    if (!(error instanceof URIError)) throw error;
    throw new CellarError(
      'bad_request',
      `Invalid path ${JSON.stringify(sent)}: a "%" is not encoded.`,
    );
  }
}

/** A name within a run's files, without a "/" at its end, and with one only between its parts. Throws bad_request. */
export function checkName(name: string): string {
  let text = name;
  // What is encoded twice is decoded twice by somebody.
  for (let times = 0; times < 3; times += 1) {
    if (!isPlain(text))
      throw new CellarError(
        'bad_request',
        `Invalid path ${JSON.stringify(name)}: it must lead down, by names parted by "/", and have no "#" and no "\\".`,
      );
    const next = decode(text);
    if (next === text) break;
    text = next;
  }
  return name.replace(/\/{2,}/g, '/').replace(/\/$/, '');
}

function isPlain(path: string): boolean {
  if (/[#\\\0]/.test(path) || path.startsWith('/') || /^[a-z]:/i.test(path)) return false;
  return !path.split('/').some((part) => part === '..' || part === '.');
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    // A "%" that stands for itself.
    if (error instanceof URIError) return text;
    throw error;
  }
}
