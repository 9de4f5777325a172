import type { ISettingRegistry } from '@jupyterlab/settingregistry';
import * as z from 'zod';

import { DEFAULT_RETENTION, graceSchema } from '../../contract/retention.js';
import {
  secretActionSchema,
  secretPatternSchema,
  type SecretSettings,
} from '../../contract/secrets.js';
import {
  noisePatternSchema,
  printedMetricsSchema,
  type ServerSettings,
} from '../../contract/workspace.js';
import type { Client } from '../client/client.js';
import { isClientError } from '../client/errors.js';

/** The id under which JupyterLab finds schema/plugin.json. */
export const PLUGIN_ID = 'jupyterlab-cellar:plugin';

/** The settings that act in the browser. */
export interface Settings {
  readonly capture: boolean;
  /** In milliseconds. */
  readonly quietTime: number;
}

const DEFAULTS: Settings = { capture: true, quietTime: 300 };
const GIGABYTE = 1_000_000_000;
const noisePatternsSchema = noisePatternSchema.array();
/** Retention as a form can have it: 0 days stand for ever. */
const askedRetentionSchema = z.object({
  off: z.boolean().optional(),
  all: z.number().optional(),
  hourly: z.number().optional(),
  daily: z
    .number()
    .nullable()
    .transform((days) => (days === 0 ? null : days))
    .optional(),
});

/** Who is told of the settings. */
export interface SettingsListener {
  readonly onChange: (settings: Settings) => void;
  /** The server will not have what the person set, and says why. */
  readonly onRefused: (reason: string) => void;
}

/**
 * Reads the settings and follows them. Those that act in the server are sent to it, but only where the person set them: several
 * people can share a workspace, and a browser's defaults must not undo what one of them chose.
 */
export async function followSettings(
  registry: Pick<ISettingRegistry, 'load'> | null,
  client: Pick<Client, 'settings'>,
  { onChange, onRefused }: SettingsListener,
): Promise<Settings> {
  if (registry === null) return DEFAULTS;
  const settings = await registry.load(PLUGIN_ID);
  let sent = '';
  const wereSet = new Set<string>();
  const send = (): void => {
    for (const name of Object.keys(settings.user)) wereSet.add(name);
    const patch = toServerSettings(withReset(settings, wereSet));
    const text = JSON.stringify(patch);
    if (text === sent || text === '{}') return;
    client.settings(patch).then(
      () => {
        sent = text;
      },
      (error: unknown) => {
        if (isClientError(error, 'bad_request')) {
          sent = text;
          onRefused(error.message);
          return;
        }
        console.warn(
          'Cellar: the settings did not reach its server and are sent at the next start.',
          error,
        );
      },
    );
  };
  settings.changed.connect(() => {
    onChange(toSettings(settings.composite));
    send();
  });
  send();
  return toSettings(settings.composite);
}

/** What the person set; of what is reset to its default the default, since the server still has what was set before. */
function withReset(
  { user, composite }: Pick<ISettingRegistry.ISettings, 'user' | 'composite'>,
  wereSet: ReadonlySet<string>,
): Readonly<Record<string, unknown>> {
  const reset = Object.entries(composite).filter(([name]) => wereSet.has(name));
  return { ...Object.fromEntries(reset), ...user };
}

function toSettings(values: Readonly<Record<string, unknown>>): Settings {
  const { capture, quietTime } = values;
  return {
    capture: typeof capture === 'boolean' ? capture : DEFAULTS.capture,
    quietTime: typeof quietTime === 'number' ? quietTime : DEFAULTS.quietTime,
  };
}

function toServerSettings(values: Readonly<Record<string, unknown>>): ServerSettings {
  const { artifactGlobs, shownNoise, noisePatterns, spaceLimit, printedMetrics } = values;
  const printed = printedMetricsSchema.safeParse(printedMetrics);
  const patterns = noisePatternsSchema.safeParse(noisePatterns);
  const secrets = toSecretSettings(values);
  return {
    ...(Array.isArray(artifactGlobs) ? { artifactGlobs: artifactGlobs.filter(isText) } : {}),
    ...(printed.success ? { printedMetrics: printed.data } : {}),
    ...(Array.isArray(shownNoise) ? { shownNoise: shownNoise.filter(isText) } : {}),
    ...(patterns.success ? { noisePatterns: patterns.data } : {}),
    ...(typeof spaceLimit === 'number' ? { spaceLimit: spaceLimit * GIGABYTE } : {}),
    ...(Object.keys(secrets).length === 0 ? {} : { secrets }),
    ...toKeepingSettings(values),
  };
}

/** How long things are kept. Whether the days go together is for the server to say: it tells why not. */
function toKeepingSettings({
  retention,
  artifactGrace,
}: Readonly<Record<string, unknown>>): ServerSettings {
  const asked = askedRetentionSchema.safeParse(retention);
  const grace = graceSchema.safeParse(artifactGrace);
  return {
    ...(asked.success ? { retention: { ...DEFAULT_RETENTION, ...asked.data } } : {}),
    ...(grace.success ? { artifactGrace: grace.data } : {}),
  };
}

function toSecretSettings(values: Readonly<Record<string, unknown>>): SecretSettings {
  const sources = secretActionSchema.safeParse(values['secretsInSources']);
  const outputs = secretActionSchema.safeParse(values['secretsInOutputs']);
  const patterns = secretPatternSchema.array().safeParse(values['secretPatterns']);
  return {
    ...(sources.success ? { sources: sources.data } : {}),
    ...(outputs.success ? { outputs: outputs.data } : {}),
    ...(patterns.success ? { patterns: patterns.data } : {}),
  };
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}
