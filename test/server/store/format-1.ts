import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { gitOn } from '../git.js';
import { notebookText } from '../scratch.js';

const NOTEBOOK = '01kaxn0000000000000000000n';
/** The versions of the fixture, by the ref whose commits they are. */
export const FORMAT_1_IDS = {
  main: '01kaxn0000000000000000000a',
  auto: '01kaxn0000000000000000000b',
} as const;
export const FORMAT_1_SOURCES = { main: 'kept = 1', auto: 'saved = 2' } as const;

const AUTO = 'refs/cellar/auto/2026-11-23';

/** Makes a store below `root` as a Cellar of format 1 left it: a version on main, one of an automatic day, and what was set. */
export function makeFormat1(root: string): void {
  const cellar = join(root, '.cellar');
  const gitdir = join(cellar, 'store.git');
  mkdirSync(join(cellar, 'artifacts/sha256'), { recursive: true });
  mkdirSync(join(cellar, 'state'), { recursive: true });
  writeFileSync(join(cellar, '.gitignore'), '*\n');
  writeFileSync(join(cellar, 'state/settings.json'), '{\n "spaceLimit": 12345\n}\n');
  execFileSync('git', ['init', '-q', '--bare', '-b', 'main', gitdir]);
  mkdirSync(join(gitdir, 'lfs'));
  symlinkSync('../../artifacts/sha256', join(gitdir, 'lfs/objects'), 'dir');
  const start = commit('refs/heads/main', 1, 'Start the store', {
    '.gitattributes': '* -text\n',
    '.cellar/format.json': '{\n "format": 1\n}\n',
  });
  const main = snapshot('refs/heads/main', 2, FORMAT_1_IDS.main, FORMAT_1_SOURCES.main);
  const auto = snapshot(AUTO, 3, FORMAT_1_IDS.auto, FORMAT_1_SOURCES.auto);
  execFileSync('git', ['--git-dir', gitdir, 'fast-import', '--quiet'], {
    input: `${start}${main}${auto}done\n`,
  });
}

/** Every ref with its commit, as git says. */
export function readRefs(root: string): string {
  return gitOn(join(root, '.cellar/store.git'))('show-ref');
}

function snapshot(ref: string, number: number, id: string, source: string): string {
  const state = {
    format: 1,
    notebook: NOTEBOOK,
    number,
    path: 'a.ipynb',
    formerPaths: [],
    origin: null,
    snapshot: {
      id,
      number,
      time: '2026-11-23T10:00:00.000Z',
      message: null,
      trigger: ref === AUTO ? 'save' : 'manual',
      clean: null,
      parent: null,
      restored: null,
      author: { name: 'Ada', email: 'ada@example.org' },
      kernel: null,
      changed: null,
      executions: [],
      runs: [],
      key: null,
      size: notebookText([source]).length,
      cells: [],
    },
  };
  const trailers = `Snapshot-Id: ${id}\nNotebook-Id: ${NOTEBOOK}\nTrigger: ${state.snapshot.trigger}\n`;
  return commit(ref, number, `a.ipynb: snapshot\n\n${trailers}`, {
    'a.ipynb': notebookText([source]),
    [`.cellar/notebooks/${NOTEBOOK}/state.json`]: `${JSON.stringify(state, undefined, 1)}\n`,
  });
}

function commit(
  ref: string,
  mark: number,
  message: string,
  files: Readonly<Record<string, string>>,
): string {
  const data = (text: string): string => `data ${Buffer.byteLength(text)}\n${text}\n`;
  const edits = Object.entries(files).map(
    ([path, text]) => `M 100644 inline ${path}\n${data(text)}`,
  );
  return `commit ${ref}\nmark :${mark}\ncommitter Ada <ada@example.org> ${1_795_000_000 + mark} +0000\n${data(message)}${edits.join('')}\n`;
}
