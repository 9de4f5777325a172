import { describe, expect, it } from 'vitest';

import { diffNotebooks } from '../../../server/notebook/diff.js';
import { Traceback } from '../../../server/notebook/tracebacks.js';
import { cpuNow, partOf, withOutputs } from './notation.js';

const IPYTHON = `---------------------------------------------------------------------------
\u001b[31mValueError\u001b[39m                                Traceback (most recent call last)
\u001b[36mCell\u001b[39m\u001b[36m \u001b[39m\u001b[32mIn[3]\u001b[39m\u001b[32m, line 4\u001b[39m
      1 def f(x):
      2     return g(x)
----> 4 f(3)

Cell In[2], line 2, in f(x)
      1 def f(x):
----> 2     return frame.g(x)

File /opt/lib/python3.12/site-packages/frame/core.py:44, in Frame.g(self, x)
     43 # deep inside
---> 44 raise ValueError(x)

File ~/project/mine.py:12, in check(x)
     11 if x:
---> 12     raise ValueError("bad")

ValueError: bad`;

const PYTHON = `Traceback (most recent call last):
  File "/home/a/mine.py", line 3, in <module>
    run(1)
  File "/usr/lib/python3.12/json/decoder.py", line 9, in decode
    raise ValueError
  File "<frozen importlib._bootstrap>", line 1, in load
ValueError: bad`;

const OLD = `<ipython-input-3-0a1b2c3d4e5f> in <module>
      1 x = 0
----> 2 1 / x

~/project/mine.py in f(x)
     11 y = 1
---> 12 y / x

ZeroDivisionError: division by zero`;

const JULIA = `DomainError with -1.0:
Stacktrace:
  [1] sqrt(x::Float64)
    @ Base.Math ./math.jl:33
  [2] f(x::Int64)
    @ Main ./In[3]:2
  [3] eval
    @ ./boot.jl:385 [inlined]`;

const R = `Error in g(x): bad
Traceback:

1. f(3)
2. g(x) at mine.R#7
3. stop("bad")`;

function framesOf(text: string): string[] {
  return new Traceback(text)
    .frames()
    .map(({ file, line, name, text }) => [file, line, name, text].join(' | '));
}

describe('the frames of a traceback', () => {
  it.each([
    [
      'IPython',
      IPYTHON,
      [
        'Cell In[3] | 4 |  | f(3)',
        'Cell In[2] | 2 | f(x) | return frame.g(x)',
        '~/project/mine.py | 12 | check(x) | raise ValueError("bad")',
      ],
    ],
    ['Python', PYTHON, ['/home/a/mine.py | 3 | <module> | run(1)']],
    [
      'older IPython',
      OLD,
      [
        '<ipython-input-3-0a1b2c3d4e5f> | 2 | <module> | 1 / x',
        '~/project/mine.py | 12 | f(x) | y / x',
      ],
    ],
    ['Julia', JULIA, ['./math.jl | 33 | sqrt(x::Float64) | ', './In[3] | 2 | f(x::Int64) | ']],
    ['R', R, [' |  | f(3) | ', 'mine.R | 7 | g(x) | ', ' |  | stop("bad") | ']],
    ['something else', 'Oops: 1\n  at main', []],
  ])('of %s are those of the person', (_, text, frames) => {
    expect(framesOf(text)).toEqual(frames);
  });

  it('are read from hostile text in time', () => {
    const start = cpuNow();
    for (const text of [
      'File "'.repeat(50_000),
      '----> 1 x\n'.repeat(20_000),
      '[1] a\n'.repeat(20_000),
      `${'a/'.repeat(50_000)}.py in`,
      '1. x at \n'.repeat(20_000),
    ])
      new Traceback(text).frames();
    expect(cpuNow() - start).toBeLessThan(3_000);
  });
});

function diffErrors(base: string, head: string, message = 'bad', show: readonly string[] = []) {
  const of = (trace: string, evalue: string) =>
    withOutputs({
      output_type: 'error',
      ename: 'ValueError',
      evalue,
      traceback: trace.split('\n'),
    });
  return diffNotebooks(of(base, 'bad'), of(head, message), { show });
}

describe('two errors', () => {
  it.each([
    ['another prompt number', 'In[3]', 'In[31]', { prompt: 1 }],
    ['another frame of a library', 'core.py:44', 'core.py:48', { library_frames: 1 }],
    ['other code of a library', '# deep inside', '# deeper', { library_frames: 1 }],
    [
      'a library in another place',
      '/opt/lib/python3.12',
      '/usr/lib/python3.11',
      { library_frames: 1 },
    ],
  ])('are the same but for %s', (_, from, to, noise) => {
    const diff = diffErrors(IPYTHON, IPYTHON.replace(from, to));
    expect([diff.cells.unchanged, diff.noise]).toEqual([1, noise]);
  });

  it.each([
    ['a line of the own code', 'f(3)', 'f(4)'],
    ['where the own code failed', 'mine.py:12', 'mine.py:15'],
    ['what was called', 'in check(x)', 'in verify(x)'],
  ])('differ by %s', (_, from, to) => {
    const part = partOf(diffErrors(IPYTHON, IPYTHON.replace(from, to)), 'traceback');
    expect(part.diff.removed + part.diff.added).toBe(2);
    expect(part.baseError?.frames).not.toEqual(part.headError?.frames);
  });

  it('differ by their message', () => {
    const part = partOf(diffErrors(IPYTHON, IPYTHON, 'worse'), 'traceback');
    expect([part.baseError?.message, part.headError?.message]).toEqual(['bad', 'worse']);
  });

  it('leave frames of libraries out of what is shown, unless they are asked for', () => {
    const head = IPYTHON.replace('core.py:44', 'core.py:48').replace('f(3)', 'f(4)');
    const texts = (show: readonly string[]) =>
      partOf(diffErrors(IPYTHON, head, 'bad', show), 'traceback')
        .diff.hunks.flatMap((hunk) => hunk.lines)
        .filter(({ op }) => op === '+')
        .map(({ text }) => text);
    expect(texts([])).toEqual(['----> 4 f(4)']);
    expect(texts(['library_frames'])).toContainEqual(expect.stringContaining('core.py:48'));
  });
});
