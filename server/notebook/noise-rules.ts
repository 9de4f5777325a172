import { DURATION_RULES } from './noise-durations.js';
import { ID_RULES } from './noise-ids.js';
import type { NoiseRule } from './noise-rule.js';

const DATE = String.raw`\d{4}[-/]\d\d[-/]\d\d[ T]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?`;
const LEVEL = String.raw`\[?(?:DEBUG|INFO|WARN(?:ING)?|ERROR|CRITICAL|FATAL|debug|info|warning|error|critical)\b`;

const ADDRESS_RULES: readonly NoiseRule[] = [
  { kind: 'address', scope: 'any', hint: '0x', pattern: /(?<=\bat )0x[0-9A-Fa-f]{5,16}\b/g },
  { kind: 'address', scope: 'any', hint: '0x', pattern: /(?<=@)0x[0-9A-Fa-f]{8,16}\b/g },
  {
    kind: 'address',
    scope: 'any',
    hint: '0x',
    pattern: /(?<=<(?:environment|pointer|bytecode|externalptr): )0x[0-9A-Fa-f]{6,16}\b/g,
  },
  {
    kind: 'address',
    scope: 'any',
    hint: '0x',
    pattern: /(?<=#<[\w:]{1,80}:)0x[0-9A-Fa-f]{8,16}\b/g,
  },
  {
    kind: 'address',
    scope: 'any',
    hint: '0x',
    pattern: /(?<=\bPtr\{[\w.{}]{1,60}\}\()0x[0-9a-f]{8,16}\b/g,
  },
  // Where Linux puts heaps and libraries, and Go its heap: no other numbers have this form.
  { kind: 'address', scope: 'any', hint: '0x', pattern: /\b0x(?:7f|55|56)[0-9a-f]{10}\b/g },
  { kind: 'address', scope: 'any', hint: '0x', pattern: /\b0xc000[0-9a-f]{6}\b/g },
  {
    kind: 'address',
    scope: 'any',
    hint: '@[0-9a-f]{6}',
    pattern: /(?<=\b[a-z]\w{0,40}(?:\.[\w$]{1,80}){1,12};?@)[0-9a-f]{6,8}\b(?![.\w-])/g,
  },
];

const PATH_RULES: readonly NoiseRule[] = [
  {
    kind: 'temp_path',
    scope: 'any',
    hint: '/T/',
    pattern: /(?:\/private)?\/var\/folders\/\w{1,4}\/\w{1,64}\/T\/[\w.-]+(?:\/\d+\.py)?/g,
  },
  {
    kind: 'temp_path',
    scope: 'any',
    hint: '/tmp/',
    pattern: /\/tmp\/(?:ipykernel|xpython|ipython)_\d+\/\d+\.py/g,
  },
  {
    kind: 'temp_path',
    scope: 'any',
    hint: String.raw`\\Temp\\`,
    pattern: /[A-Za-z]:\\[^\s:"<>|]{1,120}\\Temp\\[\w.-]+(?:\\\d+\.py)?/g,
  },
  { kind: 'temp_path', scope: 'any', hint: '/tmp/', pattern: /\/tmp\/tmp[\w]{6,12}\b/g },
  {
    kind: 'temp_path',
    scope: 'any',
    hint: '/tmp/',
    pattern: /\/tmp\/(?:Rtmp|jl_|matplotlib-|__autograph_generated_file|spark-)[\w-]{4,40}/g,
  },
  {
    kind: 'temp_path',
    scope: 'any',
    hint: '/tmp/',
    pattern: /(?<=\/tmp\/ray\/session_)[\d_-]{10,60}/g,
  },
  {
    kind: 'temp_path',
    scope: 'any',
    hint: 'ipython-input',
    pattern: /<ipython-input-\d+-[0-9a-f]{6,40}>/g,
  },
  {
    kind: 'temp_path',
    scope: 'any',
    hint: 'kernel-',
    pattern: /(?<=\/kernel-)[0-9a-f-]{36}(?=\.json)/g,
  },
  {
    kind: 'prompt',
    scope: 'any',
    hint: String.raw`In ?\[`,
    // IPython colours it, and the colour sequence ends in a letter.
    // eslint-disable-next-line no-control-regex -- ESC begins a colour sequence
    pattern: /(?<=(?:\b|\u001b\[[\d;]{0,12}m)In ?\[)\d+(?=\])/g,
  },
];

const TIME_RULES: readonly NoiseRule[] = [
  {
    kind: 'timestamp',
    scope: 'stream',
    hint: String.raw`\d\d:\d\d:\d\d`,
    pattern: new RegExp(
      String.raw`(?<=^\[?)${DATE}(?=[\]:, |-]{1,3}(?:\[?\w+\]?[: -]{1,3})?${LEVEL})`,
      'gm',
    ),
  },
  // Optuna and Tornado; TensorFlow; absl and glog; Java's log4j; XGBoost.
  {
    kind: 'timestamp',
    scope: 'stream',
    hint: String.raw`\d\d:\d\d:\d\d`,
    pattern: new RegExp(String.raw`(?<=^\[[A-Z] )(?:${DATE}|\d{6} \d\d:\d\d:\d\d)`, 'gm'),
  },
  {
    kind: 'timestamp',
    scope: 'stream',
    hint: String.raw`\d\d:\d\d:\d\d`,
    pattern: new RegExp(String.raw`^${DATE}(?=: [IWEF] )`, 'gm'),
  },
  {
    kind: 'timestamp',
    scope: 'stream',
    hint: String.raw`\d\d:\d\d:\d\d`,
    pattern: /(?<=^[IWEF])\d{4} \d\d:\d\d:\d\d\.\d{6} +\d+(?= )/gm,
  },
  {
    kind: 'timestamp',
    scope: 'stream',
    hint: String.raw`\d\d:\d\d:\d\d`,
    pattern: /^\d\d\/\d\d\/\d\d \d\d:\d\d:\d\d(?= (?:DEBUG|INFO|WARN|ERROR|FATAL) )/gm,
  },
  {
    kind: 'timestamp',
    scope: 'stream',
    hint: String.raw`\d\d:\d\d:\d\d`,
    pattern: /(?<=^\[)\d\d:\d\d:\d\d(?=\] (?:DEBUG|INFO|WARNING|ERROR)\b)/gm,
  },
  // The summaries of statsmodels, as text and as HTML.
  {
    kind: 'timestamp',
    scope: 'any',
    hint: 'Date: ',
    pattern: /(?<=^Date: {2,40})\w{3}, \d\d \w{3} \d{4}(?= |$)/gm,
  },
  {
    kind: 'timestamp',
    scope: 'any',
    hint: 'Time: ',
    pattern: /(?<=^Time: {2,40})\d\d:\d\d:\d\d(?= |$)/gm,
  },
  {
    kind: 'timestamp',
    scope: 'html',
    hint: '(?:Date|Time):</th>',
    pattern: /(?<=<th>(?:Date|Time):<\/th>\s{0,30}<td>)[^<]{1,30}/g,
  },
  {
    kind: 'timestamp',
    scope: 'html',
    hint: '<dc:date>',
    pattern: /(?<=<dc:date>)[^<]{1,40}/g,
  },
];

const LINK_RULES: readonly NoiseRule[] = [
  {
    kind: 'tracking_link',
    scope: 'any',
    hint: 'View ',
    pattern: /^(?:wandb: )?.{0,4}View (?:run|experiment|project) .*https?:\/\/.*$/gmu,
  },
  {
    kind: 'tracking_link',
    scope: 'any',
    hint: 'wandb: ',
    pattern: /(?<=^wandb: (?:Syncing run|Run data is saved locally in|Find logs at:?) ).*$/gm,
  },
];

const PROCESS_RULES: readonly NoiseRule[] = [
  {
    kind: 'process_id',
    scope: 'any',
    hint: 'pid[=: ]|PID[=: ]',
    pattern: /(?<=\b(?:pid|PID)(?:=|: ?| ))\d{2,7}\b/g,
  },
  {
    kind: 'process_id',
    scope: 'any',
    hint: '_\\d{13}_|local-\\d{13}',
    pattern: /\b(?:application_\d{13}_\d{4,6}|local-\d{13})\b/g,
  },
  // Only ports that a system gives away by itself.
  {
    kind: 'process_id',
    scope: 'any',
    hint: ':[3-6]\\d{4}',
    pattern:
      /(?<=\b(?:127\.0\.0\.1|localhost|0\.0\.0\.0):)(?:3[3-9]\d{3}|[45]\d{4}|6[0-5]\d{3})\b/g,
  },
];

/**
 * The rules, in the order in which they apply. Each asks for the words around the chance part, so that a number which is data is never
 * taken for one.
 */
export const NOISE_RULES: readonly NoiseRule[] = [
  ...LINK_RULES,
  ...ADDRESS_RULES,
  ...PATH_RULES,
  ...DURATION_RULES,
  ...TIME_RULES,
  ...ID_RULES,
  ...PROCESS_RULES,
];
