/** Where a rule looks: any text output, HTML only, or streams only. */
export type Scope = 'any' | 'html' | 'stream';

/** What a re-run changes without meaning it. */
export interface NoiseRule {
  readonly kind: string;
  readonly scope: Scope;
  /** What all text that the pattern matches holds, as the source of a pattern that is quickly looked for. */
  readonly hint: string;
  /** Global, and matches only the part that is chance, in linear time. */
  readonly pattern: RegExp;
}
