import * as nodeFileSystem from 'node:fs/promises';

/**
 * The file system as the store uses it: calls of node:fs/promises, handed in, so that what happens on a disk that is full, broken or
 * without power can be tried.
 */
export type Disk = Pick<
  typeof nodeFileSystem,
  | 'chmod'
  | 'copyFile'
  | 'link'
  | 'lstat'
  | 'mkdir'
  | 'open'
  | 'readFile'
  | 'readdir'
  | 'readlink'
  | 'realpath'
  | 'rename'
  | 'rm'
  | 'rmdir'
  | 'stat'
  | 'statfs'
  | 'symlink'
  | 'truncate'
  | 'unlink'
>;

/** This machine's. */
export const nodeDisk: Disk = nodeFileSystem;
