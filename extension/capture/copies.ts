/**
 * Which notebook a new file is a copy of. JupyterLab announces a copy as a new file and nothing more, so the paths that a person
 * duplicated or copied in the file browser shortly before are compared by name: Jupyter keeps the name in another folder, and adds
 * "-Copy1" or a number where the name is taken. Undefined when none fits.
 */
export function findOrigin(created: string, copied: readonly string[]): string | undefined {
  return copied.find((path) => path !== created && isCopyName(split(path), split(created)));
}

interface Name {
  readonly folder: string;
  readonly stem: string;
  readonly extension: string;
}

function isCopyName(origin: Name, created: Name): boolean {
  if (origin.extension !== created.extension) return false;
  if (origin.stem === created.stem) return origin.folder !== created.folder;
  // A copy of a copy drops the old suffix first.
  const stem = origin.stem.replace(/-Copy\d*$/, '');
  const rest = created.stem.startsWith(stem) ? created.stem.slice(stem.length) : '';
  return /^(-Copy)?\d*$/.test(rest) && rest !== '';
}

function split(path: string): Name {
  const slash = path.lastIndexOf('/');
  const name = path.slice(slash + 1);
  const dot = name.lastIndexOf('.');
  const end = dot > 0 ? dot : name.length;
  return {
    folder: path.slice(0, Math.max(slash, 0)),
    stem: name.slice(0, end),
    extension: name.slice(end),
  };
}
