import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { format, resolveConfig } from 'prettier';
import { parse } from 'smol-toml';

import { readOptions } from './steps/options.mjs';
import { ROOT } from './steps/places.mjs';
import { StepError } from './steps/run.mjs';
import { main, step } from './steps/step.mjs';

const USAGE = `node scripts/secret-rules.mjs --from gitleaks.toml

Turns the default rules of gitleaks (config/gitleaks.toml of its repository) into server/notebook/secrets/rules.json.`;

const TARGET = join(ROOT, 'server/notebook/secrets/rules.json');

// A rule that asks for a file of a certain name never holds for a notebook; the same goes for what is allowed in such files alone.
const isForNotebooks = (rule) => rule.regex !== undefined && rule.path === undefined;
const isForAnyFile = (allowed) => !(allowed.condition === 'AND' && allowed.paths !== undefined);

const toAllowed = (lists) =>
  lists
    .filter(isForAnyFile)
    .map(({ regexTarget = 'secret', regexes = [], stopwords = [] }) => ({
      target: regexTarget,
      regexes,
      // Thousands of short words: as one text they take a line.
      stopwords: stopwords.map((word) => word.toLowerCase()).join(' '),
    }))
    .filter(({ regexes, stopwords }) => regexes.length > 0 || stopwords !== '');

// What comes before the value in every rule of the form "name = value".
const ASSIGNMENT = String.raw`(?:=|>|:{1,3}=|\|\||:|=>|\?=|,)`;
// Their keyword need not stand near the secret.
const APART = new Set([
  'airtable-personnal-access-token',
  'facebook-access-token',
  'sourcegraph-access-token',
]);
// Their secrets hold blank space.
const WIDE = new Set(['curl-auth-header', 'curl-auth-user', 'private-key']);

const toReach = (id, regex) => {
  if (APART.has(id)) return 'text';
  if (WIDE.has(id)) return 'lines';
  return regex.includes(ASSIGNMENT) ? 'assignment' : 'word';
};

// What a match must begin with, in its case: a cheap test of a place before the pattern is tried there.
const toStart = (regex, keywords) => {
  const [, bound, literal] = /^(\\b)?\(*([A-Za-z0-9_-]+)/.exec(regex) ?? [];
  const keyword = literal?.toLowerCase();
  if (keyword === undefined || !keywords.every((each) => each.startsWith(keyword))) return {};
  return { start: literal, ...(bound === undefined ? {} : { bound: true }) };
};

// "Uncovered a GitHub Personal Access Token, potentially leading to …" → "GitHub Personal Access Token".
const toName = (id, description) => {
  const [, name] =
    /^[A-Z]\w+ (?:an? )?(?:possible |potential )?([A-Z0-9][^,.]*)(?:,|\.|$)/.exec(description) ??
    [];
  return name !== undefined && name.length <= 60 ? name.trim() : id.replaceAll('-', ' ');
};

const toRule = ({ id, description, regex, keywords = [], ...rest }) => ({
  id,
  name: toName(id, description),
  description,
  regex,
  reach: toReach(id, regex),
  ...toStart(regex, keywords),
  ...(rest.secretGroup === undefined ? {} : { group: rest.secretGroup }),
  ...(rest.entropy === undefined ? {} : { entropy: rest.entropy }),
  keywords: keywords.map((keyword) => keyword.toLowerCase()),
  allowed: toAllowed(rest.allowlists ?? []),
});

await main(async () => {
  const { from } = readOptions(USAGE, { from: { type: 'string' } });
  if (from === undefined) throw new StepError(USAGE);
  await step('Write the rules', async () => {
    const { rules, allowlist } = parse(readFileSync(from, 'utf8'));
    const kept = {
      rules: rules.filter(isForNotebooks).map(toRule),
      allowed: toAllowed([allowlist]),
    };
    const options = { ...(await resolveConfig(TARGET)), parser: 'json' };
    writeFileSync(TARGET, await format(JSON.stringify(kept), options));
  });
});
