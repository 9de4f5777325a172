import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { createSeeker } from '../../../../server/notebook/secrets/find.js';
import {
  hashedTexts,
  hashText,
  plainTexts,
} from '../../../../server/notebook/secrets/known-texts.js';
import { redact } from '../../../../server/notebook/secrets/redact.js';
import { reinstate } from '../../../../server/notebook/secrets/reinstate.js';
import { PURGED_RULE, toOwnRules } from '../../../../server/notebook/secrets/rules.js';
import { scanNotebook } from '../../../../server/notebook/secrets/scan.js';
import { display, edgeOf, keyOf, notebookOf, SAMPLES, stream } from './samples.js';

const seeker = createSeeker();
const TOKEN = `ghp_${keyOf(36)}`;

function rulesIn(bytes: Uint8Array): readonly string[] {
  return scanNotebook(bytes, seeker).findings.map(({ rule }) => rule);
}

function clean(bytes: Uint8Array): Buffer {
  return Buffer.from(redact(bytes, scanNotebook(bytes, seeker).findings));
}

describe('finds', () => {
  test.each(SAMPLES)('%s in an output, and not what only looks so', (rule, real, other) => {
    expect(rulesIn(notebookOf('', [stream(`got ${real} \n`)]))).toContain(rule);
    expect(rulesIn(notebookOf('', [stream(`got ${other} \n`)]))).toEqual([]);
  });

  test.each(SAMPLES)('%s amid a long text', (rule, real) => {
    const around = 'some words that mean nothing at all\n'.repeat(3000);
    expect(rulesIn(notebookOf('', [stream(`${around}${real}\n${around}`)]))).toEqual([rule]);
  });

  test.each([
    ['a source', notebookOf(`t = "${TOKEN}"`), 'source'],
    ['html', notebookOf('', [display({ 'text/html': [`<td>${TOKEN}</td>`] })]), 'output'],
    ['JSON', notebookOf('', [display({ 'application/json': { deep: [{ t: TOKEN }] } })]), 'output'],
    [
      'a traceback in colours',
      notebookOf('', [
        {
          output_type: 'error',
          ename: 'E',
          evalue: '',
          traceback: [`\u001b[31mAKIA${keyOf(16, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567')}\u001b[0m`],
        },
      ]),
      'output',
    ],
    [
      'a word that two stream outputs share',
      notebookOf('', [stream(TOKEN.slice(0, 2)), stream(TOKEN.slice(2))]),
      'output',
    ],
    [
      'letters written as escapes',
      Buffer.from(notebookOf(`"${TOKEN}"`).toString().replace('ghp_', '\\u0067hp_')),
      'source',
    ],
    ['a file that is no notebook', Buffer.from(`{"cells": [ broken ${TOKEN}\n`), 'file'],
  ])('a token in %s', (_, bytes, place) => {
    expect(scanNotebook(bytes, seeker).findings.map((finding) => finding.place)).toEqual([place]);
  });

  test('what a pattern of the workspace matches', () => {
    const own = createSeeker({ own: toOwnRules([{ kind: 'ticket', pattern: 'TK-([0-9]{6})' }]) });
    const { findings } = scanNotebook(notebookOf('x = "TK-123456"'), own);
    expect(findings.map(({ rule, secret }) => [rule, secret])).toEqual([['ticket', '123456']]);
  });
});

describe('leaves alone', () => {
  const looks = `/AKIA${keyOf(16, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567')}/`;
  test.each([
    ['a picture', { 'image/png': `iVBORw0KGgo${TOKEN}` }],
    ['a document', { 'application/pdf': `JVBERi0${TOKEN}` }],
    [
      'a picture within html',
      { 'text/html': `<img src="data:image/png;base64,iVBOR${looks}${keyOf(900)}">` },
    ],
    [
      'base64 in lines',
      {
        'text/plain': `${keyOf(76)}\n${keyOf(40)}${looks}${keyOf(14)}\n${keyOf(76)}\n${keyOf(76)}\n${keyOf(76)}\n`,
      },
    ],
  ])('%s', (_, data) => {
    expect(rulesIn(notebookOf('', [display(data)]))).toEqual([]);
  });

  test('a text without keywords without trying any pattern on it', () => {
    const budget = { left: 1 };
    const text = 'the quick brown fox jumps over the lazy dog\n'.repeat(20_000);
    const steps = seeker.find(text, budget);
    while (steps.next().done !== true);
    expect(budget.left).toBe(1);
  });

  test('most of a text that speaks of keys all the time', () => {
    const budget = { left: 1e9 };
    const text = "'primary_key': api_value(token_list), key = values[12]\n".repeat(20_000);
    const steps = seeker.find(text, budget);
    while (steps.next().done !== true);
    expect(1e9 - budget.left).toBeLessThan(text.length / 20);
  });

  test('the rest, and says so, where too much looks like secrets', () => {
    const many = Array.from({ length: 9_000 }, (_, i) => `token="${keyOf(20)}${i}"\n`).join('');
    expect(scanNotebook(notebookOf('', [stream(many)]), seeker).isComplete).toBe(false);
  });
});

describe('redacts', () => {
  test('nothing but the secret, byte for byte', () => {
    const bytes = notebookOf(
      [`a = 1\n`, `t = "${TOKEN}" # é\n`, 'b'],
      [stream(`x ${TOKEN} y ${TOKEN}\n`)],
    );
    const expected = bytes.toString().replaceAll(TOKEN, '[redacted: github-pat]');
    expect(clean(bytes).toString()).toBe(expected);
  });

  test('a key over several strings of a list to one mark', () => {
    const lines = [
      `${edgeOf('BEGIN')}\n`,
      `${keyOf(64)}\n`,
      `${keyOf(64)}\n`,
      `${edgeOf('END')}\n`,
    ];
    const cell = JSON.parse(clean(notebookOf([...lines, 'after'])).toString()) as {
      cells: { source: string[] }[];
    };
    expect(cell.cells[0]?.source).toEqual(['[redacted: private-key]', '', '', '\n', 'after']);
  });

  test('at the right place behind letters of several bytes and escapes', () => {
    const bytes = notebookOf('', [stream(`"é\t😀\u0001" ${TOKEN} 😀\n`)]);
    expect(JSON.parse(clean(bytes).toString())).toEqual(
      JSON.parse(bytes.toString().replace(TOKEN, '[redacted: github-pat]')),
    );
  });

  test('any notebook to one that is valid, has no such secret, and is redacted to itself', () => {
    const piece = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.constantFrom(...SAMPLES.map(([, real]) => real), '\n', '"', '\\', '\u001b[31m'),
    );
    const text = fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join(' '));
    fc.assert(
      fc.property(text, fc.array(text, { maxLength: 4 }), (source, chunks) => {
        const bytes = notebookOf(
          source,
          chunks.map((chunk) => stream(chunk)),
        );
        let once = clean(bytes);
        for (let pass = 0; pass < 3; pass++) once = clean(once);
        JSON.parse(once.toString());
        expect(scanNotebook(once, seeker).findings).toEqual([]);
        expect(clean(once).equals(once)).toBe(true);
        if (scanNotebook(bytes, seeker).findings.length === 0)
          expect(once.equals(bytes)).toBe(true);
      }),
      { numRuns: 150 },
    );
  });
});

describe('brings back', () => {
  const present = notebookOf(`t = "${TOKEN}"`, [stream(`${TOKEN}\n`)]);
  const { findings } = scanNotebook(present, seeker);

  test('what the present text still has where the rest of it is the same', () => {
    const result = reinstate(clean(present), { bytes: present, findings });
    expect(Buffer.from(result.bytes).equals(present)).toBe(true);
    expect(result.places).toBe(2);
  });

  test('nothing where the text around it was another', () => {
    const target = clean(notebookOf(`other = "${TOKEN}"`, [stream(`${TOKEN} there\n`)]));
    const result = reinstate(target, { bytes: present, findings });
    expect(Buffer.from(result.bytes).equals(target)).toBe(true);
  });
});

describe('knows purged texts', () => {
  const secret = 'hunter2 is\nmine';
  const digest = (text: string): string => `digest of ${text}`;

  test.each([
    ['by themselves', plainTexts([secret])],
    ['by their hashes', hashedTexts([hashText(secret, digest)], digest)],
  ])('%s', (_, texts) => {
    const known = createSeeker({ listed: [], known: { texts, rule: PURGED_RULE } });
    const bytes = notebookOf(['a hunter2 is\n', 'mine b'], [stream('hunter2 was\n')]);
    const { findings } = scanNotebook(bytes, known);
    expect(findings.map((finding) => [finding.place, finding.secret])).toEqual([
      ['source', secret],
    ]);
  });
});
