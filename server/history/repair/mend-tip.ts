import { orNothing } from '../changed-files.js';
import { MAIN, STORE_FILES } from '../../store/create.js';
import { FORMAT_PATH, formatFile } from '../../store/format.js';
import { toObject } from '../../store/git/object.js';
import {
  FILE_MODE,
  FOLDER_MODE,
  formatTree,
  type Tree,
  type TreeEntry,
} from '../../store/git/tree.js';
import { put, type Mending } from './mending.js';

/** Commits back in which a folder is looked for that can be read. */
const MOST_BACK = 200;

/** The same folder earlier, the newest first: only looked for where it is needed. */
type Before = () => Promise<readonly string[]>;

/** What became of the files of main's newest tree. */
interface Mended {
  readonly tree: string;
  /** What nothing could be put in the place of. */
  readonly gone: readonly string[];
}

/**
 * Puts a commit on main whose every folder and file can be read, where the newest one's cannot: what is built on it would fail
 * otherwise. A folder comes from the newest commit before in which it can be read, a file from what the catalog says; what neither has
 * is left out.
 */
export async function mendTip(mending: Mending): Promise<void> {
  const { repository, history } = mending;
  const head = await repository.findRef(MAIN);
  if (head === undefined) return;
  const { tree } = await repository.readCommit(head);
  const mended = await new TipMending(mending).root(tree, () => listTreesBefore(mending, head));
  if (mended === undefined || mended.tree === tree) return;
  const { store } = history;
  const committed = await repository.commit({
    ref: MAIN,
    baseTree: mended.tree,
    edits: [],
    facts: {
      author: store.author,
      time: store.now(),
      subject: 'Mend what could not be read any more',
      trailers: new Map(),
    },
  });
  mending.sound.add(committed.commit.oid);
  mending.pool.commits.set(committed.commit.oid, committed.commit);
  const without = mended.gone.length === 0 ? '' : `, without ${mended.gone.join(', ')}`;
  mending.note('the newest state of main', `it can be read and built on again${without}`);
}

async function listTreesBefore(
  { repository, pool }: Mending,
  head: string,
): Promise<readonly string[]> {
  const trees: string[] = [];
  let at = (await repository.readCommit(head)).parents[0];
  for (let count = 0; at !== undefined && count < MOST_BACK; count += 1) {
    const commit = pool.commits.get(at);
    if (commit === undefined) break;
    trees.push(commit.tree);
    at = commit.parents[0];
  }
  return trees;
}

class TipMending {
  private readonly gone: string[] = [];

  constructor(private readonly mending: Mending) {}

  async root(tree: string, before: Before): Promise<Mended | undefined> {
    const mended = await this.folder('', tree, before);
    return mended === undefined ? undefined : { tree: mended, gone: this.gone };
  }

  /** A folder of which all can be read; the same where all can. */
  private async folder(path: string, oid: string, before: Before): Promise<string | undefined> {
    const own = await this.read(oid);
    const base = own ?? (await this.firstReadable(await before()));
    if (base === undefined) {
      this.gone.push(path);
      return undefined;
    }
    const entries = new Map<string, TreeEntry>();
    for (const entry of base.values()) {
      const mended = await this.entry(
        path === '' ? entry.name : `${path}/${entry.name}`,
        entry,
        before,
      );
      if (mended !== undefined) entries.set(entry.name, mended);
    }
    if (path === '') await this.addStoreFiles(entries);
    const made = toObject('tree', formatTree(entries));
    if (made.oid === oid && own !== undefined) return oid;
    if (!this.mending.sound.has(made.oid)) await put(this.mending, [made]);
    return made.oid;
  }

  private async entry(
    path: string,
    entry: TreeEntry,
    before: Before,
  ): Promise<TreeEntry | undefined> {
    if (entry.mode === FOLDER_MODE) {
      const earlier = async (): Promise<readonly string[]> =>
        this.earlier(entry.name, await before());
      const oid = await this.folder(path, entry.oid, earlier);
      return oid === undefined ? undefined : { ...entry, oid };
    }
    if (this.mending.sound.has(entry.oid) || entry.mode !== FILE_MODE) return entry;
    const content = await this.guess(path);
    if (content === undefined) {
      this.gone.push(path);
      return undefined;
    }
    const object = toObject('blob', content);
    await put(this.mending, [object]);
    return { ...entry, oid: object.oid };
  }

  /** The same folder in those before, as far as it can be found. */
  private async earlier(name: string, before: readonly string[]): Promise<readonly string[]> {
    const found = new Set<string>();
    for (const oid of before) {
      const entry = (await this.read(oid))?.get(name);
      if (entry?.mode === FOLDER_MODE) found.add(entry.oid);
    }
    return [...found];
  }

  private async guess(path: string): Promise<Buffer | undefined> {
    const { store, menders } = this.mending.history;
    const constant = STORE_FILES.get(path);
    if (constant !== undefined) return constant;
    if (path === FORMAT_PATH) {
      const { content } = formatFile(store.id ?? store.newId());
      return content instanceof Uint8Array ? Buffer.from(content) : undefined;
    }
    // Of these one file is as likely as the next: what was restored by its name is right, and nothing else may pass for it.
    if (/\/(artifacts|metrics)\//.test(path)) return undefined;
    for (const mender of menders)
      for await (const content of mender.guess(store, path)) return content;
    return undefined;
  }

  /** What every store has, also where the folder that it stood in is lost. */
  private async addStoreFiles(entries: Map<string, TreeEntry>): Promise<void> {
    for (const [path, content] of STORE_FILES) {
      if (path.includes('/') || entries.has(path)) continue;
      const object = toObject('blob', content);
      await put(this.mending, [object]);
      entries.set(path, { mode: FILE_MODE, name: path, oid: object.oid });
    }
  }

  private read(oid: string): Promise<Tree | undefined> {
    return this.mending.sound.has(oid)
      ? orNothing(this.mending.repository.readTree(oid))
      : Promise.resolve(undefined);
  }

  private async firstReadable(before: readonly string[]): Promise<Tree | undefined> {
    for (const oid of before) {
      const tree = await this.read(oid);
      if (tree !== undefined) return tree;
    }
    return undefined;
  }
}
