import type { StoredFile } from '../store/artifacts/artifacts.js';
import type { Store } from '../store/store.js';
import type { Remover } from './purge-texts.js';

/** The kept files that hold a text, read piece by piece. They are named by what they hold, so they stay as they are. */
export async function findArtifacts(
  store: Store,
  remover: Remover,
  signal: AbortSignal,
): Promise<readonly StoredFile[]> {
  const found: StoredFile[] = [];
  const overlap = Math.max(...remover.forms.map((form) => Buffer.byteLength(form))) - 1;
  for await (const { sha256, size } of store.artifacts.list()) {
    let tail: Buffer = Buffer.alloc(0);
    for await (const piece of await store.artifacts.read(sha256)) {
      signal.throwIfAborted();
      const bytes = Buffer.concat([tail, piece as Buffer]);
      if (remover.plain(bytes) !== undefined) {
        found.push({ sha256, size });
        break;
      }
      tail = bytes.subarray(Math.max(0, bytes.length - overlap));
    }
  }
  return found;
}
