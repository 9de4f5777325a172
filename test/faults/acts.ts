import { randomBytes } from 'node:crypto';

import { burstSchema, type Burst } from '../../contract/capture.js';
import { keepBurst } from '../../server/capture/keep.js';
import { reindex } from '../../server/history/reindex.js';
import { renamePath } from '../../server/history/move.js';
import { restoreSnapshot } from '../../server/history/restore.js';
import { Chance } from '../fuzz/mutate.js';
import { toSha256 } from './session.js';
import { findEarlier, type Act, type Stage } from './stage.js';
import { UPKEEP_ACTS } from './upkeep-acts.js';

/**
 * Content that no other turn has: short, or of up to 40 KB that no compression makes much smaller. Its cells are the path's own: a
 * notebook is followed by them where its file is gone.
 */
function toContent(turn: number, path: string): string {
  const chance = new Chance(turn);
  const size = turn % 3 === 0 ? chance.below(40_000) : 10;
  let text = '';
  while (text.length < size) text += chance.next().toString(36).slice(2);
  const cells = [`turn = ${turn}`, text].map((source, index) => ({
    cell_type: 'code',
    execution_count: null,
    id: `${path} ${index}`,
    metadata: {},
    outputs: [],
    source: [source],
  }));
  const notebook = { cells, metadata: {}, nbformat: 4, nbformat_minor: 5 };
  return `${JSON.stringify(notebook, undefined, 1)}\n`;
}

/** Returns how many things could not be kept along. */
async function keep(stage: Stage, burst: Omit<Burst, 'key'>, metric?: number): Promise<number> {
  const { session, turn } = stage;
  const content = toContent(turn, burst.path);
  const { row, warnings } = await keepBurst(
    session,
    burstSchema.parse({ key: randomBytes(8).toString('hex'), content, ...burst }),
  );
  stage.note({
    kind: 'snapshot',
    id: row.id,
    notebook: row.notebook,
    sha256: toSha256(content),
    ...(metric === undefined ? {} : { metric }),
  });
  return warnings.length;
}

const pathOf = (turn: number): string => (turn % 2 === 0 ? 'a.ipynb' : 'deep/er/b.ipynb');

export const ACTS: readonly Act[] = [
  {
    name: 'take',
    play: async (stage) => {
      await keep(stage, { path: pathOf(stage.turn), trigger: 'manual', message: 'good' });
    },
  },
  {
    name: 'save',
    play: async (stage) => {
      await keep(stage, { path: pathOf(stage.turn), trigger: 'save' });
    },
  },
  {
    name: 'burst',
    play: async (stage) => {
      const { files } = stage.session.history.store;
      const bytes = Buffer.from(`model ${stage.turn}`.repeat(4_000));
      await files.write('model.pkl', bytes);
      const bundle = {
        metrics: { n: stage.turn },
        params: { turn: stage.turn },
        artifacts: [{ name: 'model.pkl', path: await files.locate('model.pkl') }],
      };
      const warnings = await keep(
        stage,
        { path: 'a.ipynb', trigger: 'run-all', bundles: [{ cell: 'a', bundle }] },
        stage.turn,
      );
      // A file that could not be read is said to be missing: the snapshot stands without it.
      if (warnings === 0) stage.note({ kind: 'file', sha256: toSha256(bytes) });
    },
  },
  {
    name: 'upload',
    play: async (stage) => {
      const bytes = Buffer.alloc(200_000, `upload ${stage.turn} `);
      await stage.session.history.store.artifacts.add(inPieces(bytes, 70_000));
      stage.note({ kind: 'file', sha256: toSha256(bytes) });
    },
  },
  {
    name: 'send in parts',
    play: async (stage) => {
      const { uploads } = stage.session.history.store;
      const { turn } = stage;
      const bytes = Buffer.alloc(200_000, `parts ${turn} `);
      const [of, step] = [`turn ${turn}`, 70_000];
      const { id, passes } = await uploads.start(of, Math.ceil(bytes.length / step));
      const etags = await Promise.all(
        passes.map((pass, index) => {
          const part = bytes.subarray(index * step, (index + 1) * step);
          const size = part.length;
          return uploads.put({ id, number: index + 1, pass }, inPieces(part, 30_000), { size });
        }),
      );
      const parts = etags.map((etag, index) => ({ number: index + 1, etag }));
      const sha256 = toSha256(bytes);
      // From now on whoever has these can have the file, also another process later.
      stage.note({ kind: 'parts', upload: id, of, parts, sha256 });
      if (turn % 3 === 0) return;
      await uploads.complete({ id, of, parts, keep: () => Promise.resolve() });
      stage.note({ kind: 'file', sha256 });
    },
  },
  {
    name: 'rename',
    play: async (stage) => {
      const row = await stage.session.history.store.catalog.findNotebookAt('deep/er/b.ipynb');
      const to = `moved/${stage.turn}.ipynb`;
      if (row === undefined) return;
      const { store } = stage.session.history;
      await renamePath(stage.session.history, row.path, to);
      stage.note({ kind: 'path', notebook: row.id, path: to });
      if ((await store.files.find(to)) === undefined)
        await store.files.write(to, Buffer.from(toContent(stage.turn, row.path)));
    },
  },
  {
    name: 'restore',
    play: async (stage) => {
      const target = findEarlier(stage);
      if (target === undefined) return;
      const { row, before, bytes } = await restoreSnapshot(stage.session.history, {
        id: target.id,
        content: toContent(stage.turn, 'a.ipynb'),
        write: true,
      });
      if (before !== undefined)
        stage.note({
          kind: 'snapshot',
          id: before.id,
          notebook: before.notebook,
          sha256: toSha256(toContent(stage.turn, 'a.ipynb')),
        });
      if (toSha256(bytes) !== target.sha256) throw new Error(`${target.id} came back otherwise`);
      stage.note({ kind: 'snapshot', id: row.id, notebook: row.notebook, sha256: target.sha256 });
    },
  },
  {
    name: 'set',
    play: async (stage) => {
      await stage.session.operating.writeSettings({ spaceLimit: stage.turn });
      stage.note({ kind: 'limit', bytes: stage.turn });
    },
  },
  {
    name: 'reindex',
    play: async (stage) => {
      await reindex(stage.session.history);
    },
  },
  ...UPKEEP_ACTS,
];

async function* inPieces(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) {
    await Promise.resolve();
    yield bytes.subarray(at, at + size);
  }
}
