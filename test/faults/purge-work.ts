import { randomBytes } from 'node:crypto';

import { burstSchema } from '../../contract/capture.js';
import { keepBurst } from '../../server/capture/keep.js';
import { renamePath } from '../../server/history/move.js';
import { redactionMark } from '../../server/notebook/secrets/redact.js';
import { PURGED_RULE } from '../../server/notebook/secrets/rules.js';
import { logPoints } from '../../server/tracking/record-runs.js';
import type { Chance } from '../fuzz/mutate.js';
import { toSha256, type Session } from './session.js';

export const MARK = redactionMark(PURGED_RULE.id);
export const RUN = 'd'.repeat(32);
/** Notebooks that people work in at once. */
export const PATHS = ['a.ipynb', 'deep/er/b.ipynb', 'c.ipynb'];

/** A text that is purged. `core` stands in it alone, in letters that no form of it writes otherwise. */
export interface Secret {
  readonly text: string;
  readonly core: string;
}

export function makeSecret(chance: Chance, number: number): Secret {
  const core = `sesame${chance.below(1e9).toString(36)}x${number}q`;
  return { core, text: `${core} "öffne" \\dich` };
}

/** A version that was acknowledged, with what was handed in: the secrets in it may be marks by now. */
export interface Handed {
  readonly kind: 'version';
  readonly id: string;
  readonly number: number;
  readonly time: string;
  readonly notebook: string;
  readonly content: string;
  readonly message: string;
  readonly param: string;
  /** The secret is cut into several strings of its notebook. */
  readonly isCut: boolean;
}

export type Noted =
  | Handed
  | { readonly kind: 'file'; readonly sha256: string; readonly secret: Secret | undefined }
  | { readonly kind: 'points'; readonly secret: Secret | undefined; readonly count: number }
  | { readonly kind: 'path'; readonly notebook: string; readonly path: string };

export interface Work {
  readonly session: Session;
  readonly chance: Chance;
  /** Told the moment something is acknowledged. */
  readonly note: (noted: Noted) => void;
  /** What people may write: those that were purged, and one that is about to be. */
  readonly secrets: () => readonly Secret[];
}

/** Does one thing that people or their kernels do, now and then with a secret in it. */
export async function workOnce(work: Work, path: string, turn: number): Promise<void> {
  const { session, chance, note } = work;
  const { store } = session.history;
  const secret = chance.below(2) === 0 ? undefined : chance.pick(work.secrets());
  switch (chance.below(6)) {
    case 0: {
      const points = Array.from({ length: 5 }, (_, index) => ({
        ...{ name: secret === undefined ? 'loss' : `loss of ${secret.text}`, value: turn },
        ...{ step: turn * 5 + index, time: turn },
      }));
      await logPoints(session.history, RUN, { points });
      note({ kind: 'points', secret, count: points.length });
      break;
    }
    case 1: {
      const bytes = Buffer.from(`file ${path} ${turn} ${secret?.text ?? ''} `.repeat(500));
      await store.artifacts.add(inPieces(bytes, 1_000));
      note({ kind: 'file', sha256: toSha256(bytes), secret });
      break;
    }
    case 2: {
      const row = await store.catalog.findNotebookAt(path);
      if (row === undefined || chance.below(4) > 0) break;
      const aside = `aside/${turn} ${path.replaceAll('/', ' ')}`;
      await renamePath(session.history, path, aside);
      // Where no file is, the notebook is followed by its cells.
      await store.files.write(aside, Buffer.from('{}'));
      note({ kind: 'path', notebook: row.id, path: aside });
      break;
    }
    default:
      await keepVersion(work, path, { turn, secret });
  }
}

async function keepVersion(
  { session, chance, note }: Work,
  path: string,
  { turn, secret }: { readonly turn: number; readonly secret: Secret | undefined },
): Promise<void> {
  const text = secret?.text ?? 'nothing';
  const isCut = secret !== undefined && chance.below(4) === 0;
  const content = toContent(chance, { path, turn, text, isCut });
  const message = chance.below(3) === 0 ? `turn ${turn} with ${text}` : `turn ${turn}`;
  const param = chance.below(3) === 0 ? text : String(turn);
  const { row } = await keepBurst(
    session,
    burstSchema.parse({
      ...{ key: randomBytes(8).toString('hex'), path, content, message },
      trigger: chance.pick(['manual', 'save', 'run-all']),
      bundles: [{ cell: `${path} 0`, bundle: { metrics: { n: turn }, params: { word: param } } }],
    }),
  );
  const { id, number, time, notebook } = row;
  note({ kind: 'version', id, number, time, notebook, content, message, param, isCut });
}

/** Cells of the path's own, with the text in a source, in an output, and in metadata. */
function toContent(
  chance: Chance,
  facts: {
    readonly path: string;
    readonly turn: number;
    readonly text: string;
    readonly isCut: boolean;
  },
): string {
  const { path, turn, text, isCut } = facts;
  let noise = '';
  while (noise.length < chance.below(8_000)) noise += chance.next().toString(36).slice(2);
  const line = `word = ${text} # ${turn}`;
  const source = isCut ? [line.slice(0, 12), line.slice(12)] : [line];
  const cells = [source, [noise]].map((each, index) => ({
    cell_type: 'code',
    execution_count: null,
    id: `${path} ${index}`.replaceAll(/[^a-z0-9]/g, '-'),
    metadata: index === 0 ? { tags: [text] } : {},
    outputs: [{ name: 'stdout', output_type: 'stream', text: [`${text}\n`, noise.slice(0, 90)] }],
    source: each,
  }));
  return `${JSON.stringify({ cells, metadata: {}, nbformat: 4, nbformat_minor: 5 }, undefined, 1)}\n`;
}

async function* inPieces(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) {
    await Promise.resolve();
    yield bytes.subarray(at, at + size);
  }
}
