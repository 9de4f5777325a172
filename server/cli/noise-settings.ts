import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { PersonalRule } from '../notebook/noise.js';
import { toPlaces } from '../store/places.js';
import type { Call } from './command.js';

/** What a person has set for the workspace about noise. */
export interface NoiseSettings {
  /** Their own kinds. */
  readonly patterns: readonly PersonalRule[];
  /** Kinds that are shown unless the command line says which. */
  readonly shown: readonly string[];
}

const NONE: NoiseSettings = { patterns: [], shown: [] };

/** The settings of the workspace that a command stands in; none where nothing is kept. Throws bad_request for a pattern that cannot be read. */
export async function readNoiseSettings({ root, rootHasStore }: Call): Promise<NoiseSettings> {
  if (!rootHasStore) return NONE;
  const places = toPlaces(root);
  // Most people have set nothing of it: then neither the schemas nor the matcher are loaded, which take half of a start.
  const text = await readFile(join(places.state, 'settings.json'), 'utf8').catch(() => '');
  if (!/"(?:noisePatterns|shownNoise)"/.test(text)) return NONE;
  const { openOperatingState } = await import('../store/operating.js');
  const { noisePatterns = [], shownNoise = [] } = await openOperatingState(places).readSettings();
  if (noisePatterns.length === 0) return { patterns: [], shown: shownNoise };
  const { compilePatterns } = await import('../notebook/patterns.js');
  return { patterns: compilePatterns(noisePatterns), shown: shownNoise };
}
