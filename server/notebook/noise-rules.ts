/** Where a rule looks: any text output, HTML only, or streams only. */
export type Scope = 'any' | 'html' | 'stream';

/** What a re-run changes without meaning it. `pattern` is global and matches only the part that is chance. */
export interface NoiseRule {
  readonly kind: string;
  readonly scope: Scope;
  readonly pattern: RegExp;
}

const UUID = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}';

/**
 * The rules, in the order in which they apply. Each asks for the words around the chance part, so that a number which is
 * data is never taken for one; all match in linear time.
 */
export const NOISE_RULES: readonly NoiseRule[] = [
  {
    kind: 'tracking_link',
    scope: 'any',
    pattern: /^.{0,4}View (?:run|experiment) .*https?:\/\/.*$/gmu,
  },
  { kind: 'address', scope: 'any', pattern: /(?<=\bat )0x[0-9A-Fa-f]{5,16}\b/g },
  { kind: 'address', scope: 'any', pattern: /(?<=@)0x[0-9A-Fa-f]{8,16}\b/g },
  {
    kind: 'address',
    scope: 'any',
    pattern: /(?<=<(?:environment|pointer|bytecode|externalptr): )0x[0-9A-Fa-f]{6,16}\b/g,
  },
  { kind: 'address', scope: 'any', pattern: /(?<=#<[\w:]{1,80}:)0x[0-9A-Fa-f]{8,16}\b/g },
  {
    kind: 'temp_path',
    scope: 'any',
    pattern: /(?:\/private)?\/var\/folders\/\w{1,4}\/\w{1,64}\/T\/[\w.-]+(?:\/\d+\.py)?/g,
  },
  { kind: 'temp_path', scope: 'any', pattern: /\/tmp\/ipykernel_\d+\/\d+\.py/g },
  {
    kind: 'temp_path',
    scope: 'any',
    pattern: /[A-Za-z]:\\[^\s:"<>|]{1,120}\\Temp\\[\w.-]+(?:\\\d+\.py)?/g,
  },
  { kind: 'temp_path', scope: 'any', pattern: /\/tmp\/tmp[\w]{6,12}\b/g },
  { kind: 'temp_path', scope: 'any', pattern: /<ipython-input-\d+-[0-9a-f]{6,40}>/g },
  { kind: 'prompt', scope: 'any', pattern: /(?<=\b(?:Cell )?In ?\[)\d+(?=\])/g },
  { kind: 'duration', scope: 'any', pattern: /(?<=\bCPU times: ).*$/gm },
  { kind: 'duration', scope: 'any', pattern: /(?<=\bWall time: ).*$/gm },
  {
    kind: 'duration',
    scope: 'any',
    pattern: /^[\d.]+ (?:ns|[µμu]s|ms|s) ± [\d.]+ (?:ns|[µμu]s|ms|s) per loop.*$/gm,
  },
  { kind: 'duration', scope: 'stream', pattern: /\[\d+:\d\d(?::\d\d)?<[^\]\n]{0,60}\]/g },
  {
    kind: 'duration',
    scope: 'stream',
    pattern: /(?<= )\d+m?s \d+(?:\.\d+)?(?:us|µs|ms|s)\/(?:step|epoch)/g,
  },
  {
    kind: 'timestamp',
    scope: 'stream',
    pattern:
      /(?<=^\[?)\d{4}[-/]\d\d[-/]\d\d[ T]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?(?=[\]:, -]{1,3}(?:\[?\w+\]?[: -]{1,3})?\[?(?:DEBUG|INFO|WARN(?:ING)?|ERROR|CRITICAL|FATAL)\b)/gm,
  },
  { kind: 'div_id', scope: 'html', pattern: /(?<=["'#])T_[0-9a-f]{5}(?=[_"'\s.])/g },
  { kind: 'div_id', scope: 'html', pattern: /\bsk-(?:container|estimator)-id-\d+\b/g },
  { kind: 'div_id', scope: 'html', pattern: new RegExp(`(?<![\\w-])${UUID}(?![\\w-])`, 'g') },
  {
    kind: 'div_id',
    scope: 'html',
    pattern: /(?<=(?:altair-viz|vega-embed|bokeh|bk|df)-)[0-9a-f]{32}\b/g,
  },
  { kind: 'div_id', scope: 'html', pattern: new RegExp(`(?<=\\bdf-)${UUID}`, 'g') },
  { kind: 'div_id', scope: 'html', pattern: /(?<=[#"])[mp][0-9a-f]{10}\b/g },
  { kind: 'timestamp', scope: 'html', pattern: /(?<=<dc:date>)[^<]{1,40}/g },
];

/** Some text that any rule can match holds one of these: most texts are settled by this one test. */
export const QUICK =
  /0x|\/tmp\/|\/T\/|\\Temp\\|ipython-input|In ?\[|times?: |per loop|<\d|\/step|\/epoch|View |[ T]\d\d:\d\d:\d\d|T_[0-9a-f]{5}|sk-|-[0-9a-f]{12}|-[0-9a-f]{32}|[mp][0-9a-f]{10}|<dc:date>/;
