import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';

import type { BundleArtifact } from '../../contract/bundle.js';
import type { ParsedBurst } from '../../contract/capture.js';
import { CellarError } from '../errors.js';
import type { StoredFile } from '../store/artifacts/artifacts.js';
import type { Store } from '../store/store.js';
import type { ArtifactRecord } from '../tracking/record.js';
import { ARTIFACT_GLOBS, findWritten, type Window } from './found.js';
import type { FileIntakes } from './intake.js';
import { isCancelled } from './intakes.js';
import { leftOutArtifact, missingArtifact, type DraftRun } from './runs.js';
import type { Warning } from './warning.js';

/** The files of each run by its id, all of them kept already; and what could not be kept. */
export interface KeptArtifacts {
  readonly byRun: ReadonlyMap<string, readonly ArtifactRecord[]>;
  readonly warnings: readonly Warning[];
}

/** Keeps the files that the code of the runs named; relative paths are relative to the notebook. */
export async function keepLogged(
  store: Store,
  drafts: readonly DraftRun[],
  of: { readonly notebook: string; readonly files: FileIntakes },
): Promise<KeptArtifacts> {
  const byRun = new Map<string, readonly ArtifactRecord[]>();
  const warnings: Warning[] = [];
  for (const draft of drafts) {
    const records: ArtifactRecord[] = [];
    for (const artifact of draft.artifacts) {
      const kept = await keepOne(store, artifact, {
        folder: folderOf(of.notebook),
        files: of.files,
      });
      if ('code' in kept) warnings.push(kept);
      else records.push({ name: artifact.name, ...kept, source: 'logged', certainty: 'sure' });
    }
    byRun.set(draft.id, records);
  }
  return { byRun, warnings };
}

/** The kept file, or why it could not be kept. */
async function keepOne(
  store: Store,
  artifact: BundleArtifact,
  { folder, files }: { readonly folder: string; readonly files: FileIntakes },
): Promise<StoredFile | Warning> {
  const { name, sha256, path } = artifact;
  // Touched, so that it does not go before the run that names it is kept.
  if (sha256 !== undefined && (await store.artifacts.touch(sha256))) {
    const size = await store.artifacts.findSize(sha256);
    if (size !== undefined) return { sha256, size };
  }
  if (artifact.content !== undefined) return keepContent(store, artifact, artifact.content);
  if (path === undefined) return missingArtifact(name, 'its bytes were never sent');
  const inside = await store.files.findInside(path, folder);
  if (inside === undefined) return missingArtifact(name, `${path} is outside the workspace`);
  try {
    const found = inside.startsWith(folder) ? inside.slice(folder.length) : inside;
    const stored = await files.run([name, found], async (intake) =>
      store.artifacts.addFile(await store.files.locate(inside), intake),
    );
    if (sha256 !== undefined && stored.sha256 !== sha256)
      return missingArtifact(name, `${path} was changed before it could be read`);
    return stored;
  } catch (error) {
    if (endsAll(error, files)) throw error;
    if (isCancelled(error)) return leftOutArtifact(name);
    return missingArtifact(name, `${path} could not be read (${toReason(error)})`);
  }
}

/** What came along in the bundle itself. */
async function keepContent(
  store: Store,
  { name, sha256 }: BundleArtifact,
  content: string,
): Promise<StoredFile | Warning> {
  const bytes = Buffer.from(content, 'base64');
  const found = createHash('sha256').update(bytes).digest('hex');
  if (sha256 !== undefined && sha256 !== found)
    return missingArtifact(name, 'its bytes in the notebook are not those that were named');
  return store.artifacts.add(Readable.from([bytes]));
}

/** A full disk, or the end of all intakes, is no matter of one file. */
function endsAll(error: unknown, { signal }: FileIntakes): boolean {
  return signal?.aborted === true || (error instanceof CellarError && error.code === 'disk_full');
}

function toReason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** "a/b.ipynb" is in "a/"; one at the root in "". */
function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/') + 1);
}

export interface FoundOptions {
  readonly burst: ParsedBurst;
  readonly path: string;
  readonly window: Window;
  readonly globs: readonly string[] | undefined;
  /** Hashes that code has named in this burst or that the version before already has, by name. */
  readonly known: ReadonlySet<string>;
  readonly files: FileIntakes;
}

export interface FoundArtifact extends ArtifactRecord {
  /** When the file was written, in milliseconds since 1970. */
  readonly written: number;
}

/** Keeps the files that the burst wrote and that match the globs; their names are relative to the notebook's folder. */
export async function keepFound(
  store: Store,
  options: FoundOptions,
): Promise<{ readonly found: readonly FoundArtifact[]; readonly warnings: readonly Warning[] }> {
  const found: FoundArtifact[] = [];
  const warnings: Warning[] = [];
  const folder = folderOf(options.path);
  const files = await findWritten(store.files, {
    notebook: options.path,
    globs: options.globs ?? ARTIFACT_GLOBS,
    window: options.window,
  });
  for (const file of files) {
    const name = file.path.slice(folder.length);
    // Code has named it too, and that it is left out was told.
    if (options.files.leftOut.has(name)) continue;
    try {
      const stored = await options.files.run([name], async (intake) =>
        store.artifacts.addFile(await store.files.locate(file.path), intake),
      );
      if (options.known.has(stored.sha256)) continue;
      const certainty = options.burst.alone ? 'sure' : 'unsure';
      found.push({ name, ...stored, source: 'found', certainty, written: file.changed });
    } catch (error) {
      if (endsAll(error, options.files)) throw error;
      warnings.push(
        isCancelled(error) ? leftOutArtifact(name) : missingArtifact(name, toReason(error)),
      );
    }
  }
  return { found, warnings };
}
