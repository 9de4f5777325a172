import { spawn } from 'node:child_process';
import { createCipheriv, createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';

import { createStore } from '../server/store/create.js';
import { toPlaces } from '../server/store/places.js';

const ID = '0123456789abcdefghjkmnpqrstvwxyz';

/** A ULID-shaped id that rises with `number`. */
export function idOf(number: number): string {
  let text = '';
  for (let rest = number; text.length < 16; rest = Math.floor(rest / 32))
    text = (ID[rest % 32] ?? '0') + text;
  return `01bench000${text}`;
}

/** A notebook of some size in bytes: code cells, each with a picture that no other notebook has. */
export function notebookOf(seed: number, bytes: number): string {
  return pictureNotebook(seed, bytes, (_cell, size) => randomBytes(size));
}

/**
 * A version of a notebook as it is after a run: so many tenths of its pictures are new, and so is a line of code; the others are those
 * of the version before. The same numbers give the same bytes.
 */
export function rerunOf(notebook: number, version: number, bytes: number, tenths = 4): string {
  return pictureNotebook(version, bytes, (cell, size) => {
    const at = version + cell;
    const changes = Math.floor(at / 10) * tenths + Math.min(tenths, at % 10);
    return seededBytes(`${notebook}/${cell}/${changes}`, size);
  });
}

function seededBytes(seed: string, size: number): Buffer {
  const key = createHash('sha256').update(seed).digest();
  return createCipheriv('aes-256-ctr', key, Buffer.alloc(16)).update(Buffer.alloc(size));
}

function pictureNotebook(
  seed: number,
  bytes: number,
  picture: (cell: number, size: number) => Buffer,
): string {
  const size = Math.max(8, Math.floor(((bytes - 6000) * 3) / 4 / 20));
  const cells = Array.from({ length: 20 }, (_, index) => ({
    cell_type: 'code',
    execution_count: index + 1,
    id: `cell-${index}`,
    metadata: {},
    outputs: [
      {
        output_type: 'display_data',
        metadata: {},
        data: {
          'image/png': picture(index, size).toString('base64'),
        },
      },
    ],
    source: [`x${index} = ${seed}\n`, `print(x${index})`],
  }));
  const notebook = {
    cells,
    metadata: { language_info: { name: 'python' } },
    nbformat: 4,
    nbformat_minor: 5,
  };
  return `${JSON.stringify(notebook, undefined, 1)}\n`;
}

/** Fills a fresh store with snapshots of a few notebooks through `git fast-import`, as this Cellar would have written them. */
export async function fillStore(
  root: string,
  options: {
    readonly snapshots: number;
    readonly notebooks: number;
    readonly bytes: number;
    /** The text of a notebook's version, both counted from 0; by default one that is all its own. */
    readonly text?: (notebook: number, version: number) => string;
    /** What else the commit of a snapshot holds. */
    readonly beside?: (
      number: number,
    ) => readonly { readonly path: string; readonly text: string }[];
  },
): Promise<void> {
  const places = toPlaces(root);
  await createStore(places, Date.UTC(2026, 0, 1));
  const git = spawn('git', ['--git-dir', places.git, 'fast-import', '--quiet'], {
    stdio: ['pipe', 'inherit', 'inherit'],
  });
  const write = async (text: string): Promise<void> => {
    if (!git.stdin.write(text)) await once(git.stdin, 'drain');
  };
  const data = (text: string): string => `data ${Buffer.byteLength(text)}\n${text}\n`;
  for (let number = 1; number <= options.snapshots; number += 1) {
    const which = number % options.notebooks;
    const notebook = idOf(1_000_000_000 + which);
    const version = Math.floor(number / options.notebooks);
    const content = options.text?.(which, version) ?? notebookOf(number, options.bytes);
    const time = Date.UTC(2026, 0, 1) + number * 60_000;
    const parent = number > options.notebooks ? idOf(number - options.notebooks) : null;
    const state = {
      format: 1,
      notebook,
      number,
      path: `notebook-${which}.ipynb`,
      formerPaths: [],
      origin: null,
      snapshot: {
        id: idOf(number),
        number,
        time: new Date(time).toISOString(),
        message: null,
        trigger: 'manual',
        clean: true,
        parent,
        restored: null,
        author: { name: 'Ada', email: 'ada@example.org' },
        kernel: { name: 'python3' },
        changed: { modified: 1, added: 0, deleted: 0 },
        executions: [],
        runs: [],
        key: `bench-${number}`,
        size: Buffer.byteLength(content),
        cells: Array.from({ length: 20 }, (_, cell) => ({
          id: `cell-${cell}`,
          type: 'code',
          hash: '0'.repeat(16),
        })),
        redactions: [],
      },
    };
    const message = `notebook-${which}.ipynb: snapshot\n\nSnapshot-Id: ${idOf(number)}\nNotebook-Id: ${notebook}\nTrigger: manual\nJournal-Through: ${number}\n`;
    await write(
      [
        'commit refs/heads/main\n',
        `committer Ada <ada@example.org> ${Math.floor(time / 1000)} +0000\n`,
        data(message),
        number === 1 ? 'from refs/heads/main^0\n' : '',
        `M 100644 inline notebook-${which}.ipynb\n${data(content)}`,
        `M 100644 inline ${join('.cellar', 'notebooks', notebook, 'state.json')}\n${data(`${JSON.stringify(state, undefined, 1)}\n`)}`,
        ...(options.beside?.(number) ?? []).map(
          ({ path, text }) => `M 100644 inline ${path}\n${data(text)}`,
        ),
      ].join(''),
    );
  }
  git.stdin.end('done\n');
  await once(git, 'close');
}
