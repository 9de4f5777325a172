import { relative, sep } from 'node:path';

import { CellarError } from '../errors.js';
import { toWorkspacePath } from '../store/disk/names.js';

/** How paths of a repository become paths of the workspace. */
export interface PathMap {
  /** The repository's folder that is the workspace's root, with "/" at its end; "" for its top. */
  readonly below: string;
  /** The workspace's folder that is the repository's top, with "/" at its end; "" for the root. */
  readonly above: string;
}

/**
 * Where a repository's notebooks belong: a workspace within its work tree takes what is below it, a repository within the workspace
 * keeps its folder, and any other one stands at the root. Both paths are absolute and real; `top` is undefined for a bare repository.
 */
export function mapPaths(root: string, top: string | undefined): PathMap {
  if (top === undefined || top === root) return { below: '', above: '' };
  const toFolder = (path: string): string => `${path.split(sep).join('/')}/`;
  const inside = relative(top, root);
  if (!leadsOut(inside)) return { below: toFolder(inside), above: '' };
  const around = relative(root, top);
  return { below: '', above: leadsOut(around) ? '' : toFolder(around) };
}

function leadsOut(path: string): boolean {
  return path.split(sep)[0] === '..' || /^([A-Za-z]:|[\\/])/.test(path);
}

/** The path in the workspace; a refusal says why a notebook cannot be kept under its name, undefined that it is not meant at all. */
export function toImportPath(
  map: PathMap,
  path: string,
): { readonly path: string } | { readonly refusal: string } | undefined {
  // JupyterLab's own copies.
  if (!path.startsWith(map.below) || path.split('/').includes('.ipynb_checkpoints'))
    return undefined;
  try {
    return { path: toWorkspacePath(map.above + path.slice(map.below.length)) };
  } catch (error) {
    if (error instanceof CellarError) return { refusal: error.message };
    throw error;
  }
}

/** What a state is known by, so that it is brought in once. */
export function importKey(commit: string, path: string, again?: string): string {
  return again === undefined ? `git:${commit}:${path}` : `git-again:${commit}:${again}:${path}`;
}
