import { CellarError } from '../errors.js';
import { withoutFilters } from './filters.js';
import { checkRevision, GitFailure, isOutside, runGit } from './git.js';

/** Where one side of a changed notebook is: an object of git, or a file of the work tree by its absolute path. */
export type Place =
  | { readonly kind: 'blob'; readonly oid: string }
  | { readonly kind: 'file'; readonly path: string };

/** A notebook that differs; a side is undefined where it has no such file. Renames are a deletion and an addition. */
export interface ChangedNotebook {
  /** From the top of the repository, with "/". */
  readonly path: string;
  readonly base: Place | undefined;
  readonly head: Place | undefined;
  /** The index holds several versions of it, since a merge waits for a person; base is then the one of the branch. */
  readonly unmerged: boolean;
}

export interface ChangedOptions {
  /** None: index to work tree. One: it to the work tree. Two, or "A..B" and "A...B": between them. */
  readonly revisions: readonly string[];
  /** Pathspecs as git takes them, relative to `folder`; none is the whole repository. */
  readonly paths: readonly string[];
  /** The index in place of the work tree, as with `git diff --cached`. */
  readonly cached?: boolean;
}

/**
 * The notebooks (files named *.ipynb) that differ in the repository around `folder`, by path. A file of the work tree that git
 * has not looked at since it was touched is among them though its bytes may be the same. No filter runs.
 */
export async function changedNotebooks(
  folder: string,
  { revisions, paths, cached = false }: ChangedOptions,
): Promise<readonly ChangedNotebook[]> {
  const [from, to] = await toEnds(folder, revisions);
  const common = ['--raw', '-z', '--no-renames', '--no-abbrev', '--ignore-submodules=all'];
  const touchesFiles = to === undefined && !cached;
  const [top, filters] = touchesFiles
    ? await Promise.all([findTop(folder), withoutFilters(folder)])
    : [undefined, []];
  const options = [...common, '--no-ext-diff', '--no-textconv'];
  const words =
    to !== undefined
      ? ['diff-tree', '-r', ...options, from ?? 'HEAD', to]
      : cached
        ? ['diff-index', '--cached', ...options, from ?? (await headOrNothing(folder))]
        : from === undefined
          ? ['diff-files', ...options]
          : ['diff-index', ...options, from];
  const rows = await read(folder, [...filters, ...words, '--', ...paths]);
  return toChanged(rows.toString('utf8'), top);
}

/** The two revisions that are compared; the second is undefined for the work tree or the index. */
async function toEnds(
  folder: string,
  revisions: readonly string[],
): Promise<readonly [string | undefined, string | undefined]> {
  const [first, second] = revisions;
  if (first === undefined) return [undefined, undefined];
  const range = second === undefined ? /^(.*?)(\.\.\.?)(.*)$/.exec(first) : null;
  if (range === null)
    return [
      await resolve(folder, first),
      second === undefined ? undefined : await resolve(folder, second),
    ];
  const [, left = '', dots, right = ''] = range;
  const [base, head] = await Promise.all(
    [left, right].map((side) => resolve(folder, side === '' ? 'HEAD' : side)),
  );
  if (base === undefined || head === undefined || dots === '..') return [base, head];
  const ancestor = (await read(folder, ['merge-base', base, head])).toString('utf8').trim();
  return [ancestor, head];
}

/** HEAD, or the empty tree where nothing was committed yet, as `git diff --cached` has it. */
async function headOrNothing(folder: string): Promise<string> {
  const words = ['rev-parse', '--verify', '--quiet', 'HEAD'];
  try {
    return (await runGit(folder, words)).toString('utf8').trim();
  } catch (error) {
    if (!(error instanceof GitFailure)) throw error;
    return (await read(folder, ['hash-object', '-t', 'tree', '/dev/null'])).toString('utf8').trim();
  }
}

async function resolve(folder: string, revision: string): Promise<string> {
  const words = ['rev-parse', '--verify', '--quiet', '--end-of-options'];
  try {
    const bytes = await runGit(folder, [...words, checkRevision(revision)]);
    return bytes.toString('utf8').trim();
  } catch (error) {
    if (!(error instanceof GitFailure)) throw error;
    throw new CellarError('not_found', `git knows no revision ${revision}.`, { path: revision });
  }
}

/** The top of the work tree. Throws where the repository has none. */
async function findTop(folder: string): Promise<string> {
  const bytes = await read(folder, ['rev-parse', '--show-toplevel']);
  return bytes.toString('utf8').replace(/\r?\n$/, '');
}

async function read(folder: string, words: readonly string[]): Promise<Buffer> {
  try {
    return await runGit(folder, words);
  } catch (error) {
    if (!(error instanceof GitFailure)) throw error;
    throw new CellarError(
      'bad_request',
      isOutside(error) ? `${error.said}.` : `git could not compare in ${folder}: ${error.said}`,
      { path: folder },
      { cause: error },
    );
  }
}

/** The rows of `--raw -z`: ":modes oids status NUL path NUL". An unmerged path has a row of its own and one of its content. */
function toChanged(rows: string, top: string | undefined): ChangedNotebook[] {
  const words = rows.split('\0');
  const found = new Map<string, ChangedNotebook>();
  for (let at = 0; at + 1 < words.length; at += 2) {
    const path = words[at + 1] ?? '';
    const [, baseMode = '', headMode = '', base = '', head = '', status] =
      /^:(\d+) (\d+) ([0-9a-f]+) ([0-9a-f]+) ([A-Z])/.exec(words[at] ?? '') ?? [];
    if (status === undefined || !/\.ipynb$/i.test(path)) continue;
    // Links and submodules (modes 120000 and 160000) are no notebooks, whatever their name.
    const isFile = (mode: string): boolean => mode.startsWith('100');
    const blob = (oid: string): Place => ({ kind: 'blob', oid });
    const file: Place | undefined =
      top === undefined ? undefined : { kind: 'file', path: `${top}/${path}` };
    const earlier = found.get(path);
    found.set(path, {
      path,
      base: isFile(baseMode) && !/^0+$/.test(base) ? blob(base) : earlier?.base,
      head: status !== 'U' && isFile(headMode) ? (file ?? blob(head)) : earlier?.head,
      unmerged: status === 'U' || (earlier?.unmerged ?? false),
    });
  }
  return [...found.values()].filter(({ base, head }) => base !== undefined || head !== undefined);
}
