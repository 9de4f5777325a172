import type { NoiseRule } from './noise-rule.js';

const UNIT = '(?:ns|[µμu]s|ms|s|min|secs?|seconds|minutes)';

/** How long things took, as the programs of notebooks print it; named by the words that stand with it. */
export const DURATION_RULES: readonly NoiseRule[] = [
  // IPython's %time and %timeit.
  { kind: 'duration', scope: 'any', hint: 'CPU times: ', pattern: /(?<=\bCPU times: ).*$/gm },
  { kind: 'duration', scope: 'any', hint: 'Wall time: ', pattern: /(?<=\bWall time: ).*$/gm },
  {
    kind: 'duration',
    scope: 'any',
    hint: 'per loop',
    pattern: /^[\d.]+ (?:ns|[µμu]s|ms|s) ± [\d.]+ (?:ns|[µμu]s|ms|s) per loop.*$/gm,
  },
  {
    kind: 'duration',
    scope: 'any',
    hint: 'per loop',
    pattern: /^[\d,]+ loops, best of \d+: .{1,40} per loop$/gm,
  },
  {
    kind: 'duration',
    scope: 'stream',
    hint: '(?:Compiler|Parser) {1,4}: ',
    pattern: /(?<=^(?:Compiler|Parser) {1,4}: ).*$/gm,
  },
  // tqdm: only times and rate, as values may follow; its widget writes "&lt;".
  {
    kind: 'duration',
    scope: 'any',
    hint: String.raw`\d:\d\d(?:<|&lt;)`,
    pattern:
      /(?<=\[)\d+:\d\d(?::\d\d)?(?:<|&lt;)(?:\d+:\d\d(?::\d\d)?|\?)(?:, {1,4}[\d.?]+ ?[^\s\],/]{0,16}\/[a-z]{1,12})?/g,
  },
  {
    kind: 'duration',
    scope: 'any',
    hint: String.raw`\d:\d\d, `,
    pattern:
      /(?<=\d(?:it|[a-zA-Z]{0,12}) \[)\d+:\d\d(?::\d\d)?, {1,4}[\d.?]+ ?[^\s\],/]{0,16}\/[a-z]{1,12}/g,
  },
  // Keras.
  {
    kind: 'duration',
    scope: 'stream',
    hint: '/(?:step|epoch)',
    pattern: /(?<= )\d+m?s \d+(?:\.\d+)?(?:us|µs|ms|s)\/(?:step|epoch)/g,
  },
  { kind: 'duration', scope: 'stream', hint: 'ETA: ', pattern: /(?<=\bETA: )[\d:]+s?/g },
  // LightGBM, CatBoost, scikit-learn and joblib.
  {
    kind: 'duration',
    scope: 'stream',
    hint: 'overhead of testing',
    pattern: /(?<=overhead of testing was )[\d.]+(?= seconds)/g,
  },
  {
    kind: 'duration',
    scope: 'stream',
    hint: 'remaining: ',
    pattern: /\btotal: [\d.]+\w{1,3}\s{1,4}remaining: [\d.]+\w{1,3}/g,
  },
  {
    kind: 'duration',
    scope: 'stream',
    hint: 'total(?: time)?= ',
    pattern: /(?<=\btotal(?: time)?= {1,6})[\d.]+(?:s|min)\b/g,
  },
  {
    kind: 'duration',
    scope: 'stream',
    hint: 'elapsed: |remaining: ',
    pattern: /(?<=\| (?:elapsed|remaining): {1,6})[\d.]+(?:s|min)\b/g,
  },
  // Labels that say themselves what the number is.
  {
    kind: 'duration',
    scope: 'any',
    hint: '[Ee]lapsed',
    pattern: new RegExp(String.raw`(?<=\b[Ee]lapsed(?: time)?[:=] {0,4})[\d.]+ ?${UNIT}\b`, 'g'),
  },
  {
    kind: 'duration',
    scope: 'any',
    hint: '(?:ing|xecution|Run|Fit|Inference) time: ',
    pattern: new RegExp(
      String.raw`(?<=\b(?:Training|Running|Execution|Run|Fit|Inference) time: {1,4})[\d.]+ ?${UNIT}\b`,
      'gi',
    ),
  },
  // Test runners, Dask, pip, SQL shells, BigQuery.
  {
    kind: 'duration',
    scope: 'stream',
    hint: '(?:passed|failed|skipped|tests?) in ',
    pattern: /(?<=\b(?:passed|failed|skipped|\d tests?) in )[\d.]+s\b/g,
  },
  {
    kind: 'duration',
    scope: 'stream',
    hint: 'Completed \\| ',
    pattern: /(?<=% Completed \| {1,4})[\d.]+ ?m?s\b/g,
  },
  {
    kind: 'duration',
    scope: 'stream',
    hint: 'B/s eta ',
    pattern: /\b[\d.]{1,12} [kMG]?B\/s eta [\d:-]+/g,
  },
  {
    kind: 'duration',
    scope: 'any',
    hint: 'Time taken: |complete after ',
    pattern: /(?<=\b(?:Time taken: |complete after ))[\d.]+(?: seconds|s)\b/g,
  },
  // Julia's @time and R.
  {
    kind: 'duration',
    scope: 'stream',
    hint: 'seconds? \\(|s \\(\\d',
    pattern: /(?<=^ {0,4})[\d.]{1,16} (?:seconds|ns|[µμ]s|ms|s)(?= \([\d.]+[kM]? alloc)/gm,
  },
  {
    kind: 'duration',
    scope: 'any',
    hint: 'Time difference of ',
    pattern: /(?<=^Time difference of )[\d.]+ \w+$/gm,
  },
  // The progress of Hugging Face's trainer.
  {
    kind: 'duration',
    scope: 'html',
    hint: String.raw`/\d{1,9} \d\d:\d\d`,
    pattern:
      /(?<=\[\s{0,4}\d{1,9}\/\d{1,9} )[\d:]{5,9}(?: (?:<|&lt;) [\d:]{5,9})?(?:, [\d.]+ it\/s)?/g,
  },
];
