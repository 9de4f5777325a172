import type { Response } from 'express';

import type { AskedSide } from '../../../contract/compare.js';
import { CellarError } from '../../errors.js';
import type { Comparer, CompareTerms, OpenComparison } from '../../tracking/compare.js';
import { withMember, type JsonText } from '../json-text.js';
import { signalOf } from '../leaving.js';
import type { ApiParts } from '../parts.js';
import { sendText } from '../send-text.js';

/** The terms that a request asks for; what it does not say is as the person has set it. */
export async function toTerms(
  { operating }: Pick<ApiParts, 'operating'>,
  show: readonly string[] | undefined,
  response: Response,
): Promise<CompareTerms> {
  const settings = await operating.readSettings();
  return {
    show: show ?? settings.shownNoise ?? [],
    patterns: settings.noisePatterns ?? [],
    signal: signalOf(response),
  };
}

/** The kinds in "address,timestamp"; undefined for no word about it, none for "". */
export function splitKinds(show: string | undefined): readonly string[] | undefined {
  return show?.split(',').filter((kind) => kind !== '');
}

/** A comparison as the contract has it. Its key is left out where it was too large to be remembered. */
export function toAnswer(comparer: Comparer, comparison: OpenComparison): JsonText {
  const { key, base, head, values, diff } = comparison;
  const kept = comparer.find(key) === undefined ? {} : { key };
  return withMember({ ...kept, base: base.side, head: head.side, ...values }, 'diff', diff);
}

/** Sends a value of a comparison. Throws not_found. */
export async function sendValue(
  response: Response,
  comparison: OpenComparison,
  hash: string,
): Promise<void> {
  const text = await comparison.findValue(hash);
  if (text === undefined)
    throw new CellarError('not_found', `This diff has no value ${hash}. Compare again.`);
  sendText(response, hash, text);
}

/** True for what a viewer may ask for: files and commits are the owner's. */
export function isSnapshot(side: Pick<AskedSide, 'kind'>): boolean {
  return side.kind === 'snapshot';
}
