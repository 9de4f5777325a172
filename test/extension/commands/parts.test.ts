import { describe, expect, it } from 'vitest';

import { targetPath, textArg, type Parts } from '../../../extension/commands/parts.js';

/** Parts of a JupyterLab with `open` in front and `selected` in the file browser. */
function partsOf(open: string | undefined, selected: Parameters<typeof toFiles>[0] = []): Parts {
  const panel = open === undefined ? undefined : { context: { localPath: open } };
  return {
    currentNotebook: () => panel,
    selectedFiles: () => toFiles(selected),
  } as unknown as Parts;
}

function toFiles(paths: readonly string[]): ReturnType<Parts['selectedFiles']> {
  return paths.map((path) => ({ path, type: path.endsWith('.ipynb') ? 'notebook' : 'file' }));
}

describe('targetPath', () => {
  it('is the notebook that the caller names, whatever is in front', () => {
    expect(targetPath(partsOf('a.ipynb'), { path: 'b.ipynb' })).toBe('b.ipynb');
  });

  it('is the first notebook selected in the file browser when its menu calls', () => {
    const parts = partsOf('a.ipynb', ['data.csv', 'c.ipynb']);
    expect(targetPath(parts, { from: 'files' })).toBe('c.ipynb');
    expect(targetPath(partsOf('a.ipynb', ['data.csv']), { from: 'files' })).toBeUndefined();
  });

  it('is the notebook in front, if there is one', () => {
    expect(targetPath(partsOf('a.ipynb'), {})).toBe('a.ipynb');
    expect(targetPath(partsOf(undefined), {})).toBeUndefined();
  });
});

describe('textArg', () => {
  it('passes over an argument that is no text', () => {
    expect(textArg({ id: 7 }, 'id')).toBeUndefined();
    expect(textArg({ id: 'x' }, 'id')).toBe('x');
    expect(textArg({}, 'id')).toBeUndefined();
  });
});
