import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { CellarError } from '../../../../server/errors.js';
import { encodeName, encodePath, toWorkspacePath } from '../../../../server/store/disk/names.js';

describe('a name inside the store', () => {
  test.each([
    ['model.pkl', 'model.pkl'],
    ['.hidden', '%2Ehidden'],
    ['100%.txt', '100%25.txt'],
    ['a:b', 'a%3Ab'],
    ['back\\slash', 'back%5Cslash'],
    ['con', '%63on'],
    ['LPT1.txt', '%4CPT1.txt'],
    ['dot.', 'dot%2E'],
    ['größe', 'größe'],
    ['__proto__', '__proto__'],
    ['line\nbreak', 'line%0Abreak'],
  ])('%j is kept as %j', (name, encoded) => {
    expect(encodeName(name)).toBe(encoded);
  });

  test('one of more than 200 bytes is a hash', () => {
    expect(encodeName('ä'.repeat(101))).toMatch(/^[0-9a-f]{64}$/);
  });

  test('encodes parts each for itself', () => {
    expect(encodePath('a/.b/c d')).toBe('a/%2Eb/c d');
  });

  test('different short names never meet', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 20 }), fc.string({ maxLength: 20 }), (a, b) => {
        fc.pre(a !== b && a.isWellFormed() && b.isWellFormed());
        expect(encodeName(a)).not.toBe(encodeName(b));
      }),
    );
  });
});

describe('a path in the workspace', () => {
  test.each([
    ['a.ipynb', 'a.ipynb'],
    ['./a//b.ipynb', 'a/b.ipynb'],
    ['__proto__', '__proto__'],
    ['git/x.ipynb', 'git/x.ipynb'],
    ['.github/x.ipynb', '.github/x.ipynb'],
  ])('%j is %j', (path, plain) => {
    expect(toWorkspacePath(path)).toBe(plain);
  });

  test.each([
    ['../a.ipynb', 'outside_workspace'],
    ['a/../../b.ipynb', 'outside_workspace'],
    ['/etc/passwd', 'outside_workspace'],
    ['C:\\a.ipynb', 'outside_workspace'],
    ['.git/a.ipynb', 'refused_path'],
    ['.GIT/a.ipynb', 'refused_path'],
    ['a/.Git/b.ipynb', 'refused_path'],
    ['a\\.git\\b.ipynb', 'refused_path'],
    ['..\\b.ipynb', 'refused_path'],
    ['.gitattributes', 'refused_path'],
    ['a/.gitmodules', 'refused_path'],
    ['GITMOD~1', 'refused_path'],
    [`${'a/'.repeat(255)}b.ipynb`, 'refused_path'],
    ['git~1/a.ipynb', 'refused_path'],
    ['.git./a.ipynb', 'refused_path'],
    ['.git /a.ipynb', 'refused_path'],
    ['.git::$INDEX_ALLOCATION/a.ipynb', 'refused_path'],
    ['.g\u200cit/a.ipynb', 'refused_path'],
    ['.cellar/a.ipynb', 'refused_path'],
    ['.CELLAR/a.ipynb', 'refused_path'],
    ['CELLAR~1/a.ipynb', 'refused_path'],
    ['a\0b.ipynb', 'refused_path'],
    ['a/\ud800.ipynb', 'refused_path'],
    [`${'x'.repeat(256)}.ipynb`, 'refused_path'],
    ['', 'refused_path'],
    ['./', 'refused_path'],
  ])('%j is refused as %s', (path, code) => {
    expect(() => toWorkspacePath(path)).toThrow(CellarError);
    expect(() => toWorkspacePath(path)).toThrow(expect.objectContaining({ code }));
  });
});
