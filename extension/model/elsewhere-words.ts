import type { Link } from '../../contract/external.js';
import { formatMoment } from './time.js';

type There = Pick<Link, 'registry' | 'entry' | 'version'>;

/** What a link leads to, in its registry: "wine v7", "wine", "Model card". */
export function thereWords({ entry, version }: Pick<There, 'entry' | 'version'>): string {
  if (version === null || version === '') return entry;
  return /^\d/.test(version) ? `${entry} v${version}` : `${entry} ${version}`;
}

/** With the registry and what is known last of the version: "prod: wine v7 @champion". */
export function linkWords(link: There & Pick<Link, 'known'>): string {
  const { registry } = link;
  const there = thereWords(link);
  const named = registry === null ? there : `${registry}: ${there}`;
  return [named, ...aliasesOf(link).map((alias) => `@${alias}`)].join(' ');
}

/** The aliases of the version that is linked; none where the entry as a whole is. */
export function aliasesOf({ version, known }: Pick<Link, 'version' | 'known'>): readonly string[] {
  return version === null ? [] : (known?.aliases ?? []).map(({ name }) => name);
}

/** The stage, where there is one. */
export function stageOf({ known }: Pick<Link, 'known'>): string {
  const stage = known?.stage ?? '';
  return stage === 'None' ? '' : stage;
}

/** How a link stands, where that is not as it should be; undefined where all is well. */
export interface Standing {
  /** Whether a person should look at it, or it will mend by itself. */
  readonly look: 'warn' | 'quiet';
  readonly words: string;
}

export function standingOf(link: Link, now: number): Standing | undefined {
  const { state, failure, known } = link;
  const registry = link.registry ?? '';
  const away = awayWords(link, now);
  if (state === 'refused') return { look: 'warn', words: `Not registered. ${sentence(failure)}` };
  if (state === 'waiting') {
    if (failure === '') return { look: 'quiet', words: `It is being registered in ${registry}.` };
    return { look: 'quiet', words: `Waits: ${away ?? sentence(failure)}` };
  }
  if (known?.exists === false)
    return { look: 'warn', words: `${registry} does not have it any more. This is how it was.` };
  if (away !== undefined) return { look: 'quiet', words: away };
  return undefined;
}

/** "prod does not answer since 14:20." */
function awayWords({ away, since, registry }: Link, now: number): string | undefined {
  if (!away || registry === null) return undefined;
  const when = since === null ? '' : ` since ${formatMoment(since, now)}`;
  return `${registry} does not answer${when}.`;
}

/** When what is shown of it was so; undefined where nothing was asked of anybody. */
export function asOfWords({ registry, seen, known }: Link, now: number): string | undefined {
  if (registry === null || known === null) return undefined;
  const time = seen ?? new Date(known.at).toISOString();
  return `as of ${formatMoment(time, now)}`;
}

/** Ends with a full stop. */
function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
