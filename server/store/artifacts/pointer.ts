import type { StoredFile } from './artifacts.js';

/** What git holds in a large file's place (git-lfs docs/spec.md, version 1: keys sorted, version first). */
export function formatPointer({ sha256, size }: StoredFile): Buffer {
  return Buffer.from(
    `version https://git-lfs.github.com/spec/v1\noid sha256:${sha256}\nsize ${size}\n`,
  );
}

/** The inverse of formatPointer; undefined for what is no pointer. */
export function parsePointer(bytes: Buffer): StoredFile | undefined {
  // A pointer is small; nothing else needs to be looked through.
  const [, sha256, size] =
    bytes.length > 1024
      ? []
      : (/^version \S+\noid sha256:([0-9a-f]{64})\nsize (\d+)\n$/.exec(bytes.toString('utf8')) ??
        []);
  return sha256 === undefined ? undefined : { sha256, size: Number(size) };
}

/** Whether a path of main's tree is where runs and logged models have their files. */
export function isPointerPath(path: string): boolean {
  return /^\.cellar\/(runs\/[^/]+\/[^/]+|models\/[^/]+\/[^/]+)\/artifacts\//.test(path);
}
