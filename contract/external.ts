import * as z from 'zod';

import { idSchema } from './snapshot.js';

/** Where a secret is: a variable of the server's environment, or an entry of the system's keyring. Never the secret itself. */
export const secretPlaceSchema = z
  .string()
  .max(500)
  .regex(
    /^(env:[A-Za-z_][A-Za-z0-9_]*|keyring:[^/\s]+\/.+)$/,
    'name where the secret is: env:VARIABLE, or keyring:SERVICE/USER',
  );

/** The address of a server: no user, no password, no query. */
export const serverUrlSchema = z
  .string()
  .max(2_000)
  .transform((text, context) => {
    const url = URL.canParse(text) ? new URL(text) : undefined;
    const isPlain =
      url !== undefined &&
      ['http:', 'https:'].includes(url.protocol) &&
      [url.username, url.password, url.search, url.hash].every((part) => part === '');
    if (isPlain) return url.href.replace(/\/+$/, '');
    context.addIssue({
      code: 'custom',
      message:
        'an address such as https://mlflow.example is wanted, without a user, a password, "?" or "#"',
    });
    return z.NEVER;
  });

export const registryNameSchema = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9._-]{0,49}$/,
    'a name has up to 50 of a-z, 0-9, ".", "_" and "-", and begins with a letter or a digit',
  );

/** The adapters that there are. */
export const REGISTRY_KINDS = ['mlflow'] as const;

/** What is set for a registry elsewhere, beside its name. */
export const registrySettingsSchema = z.object({
  kind: z.enum(REGISTRY_KINDS).default('mlflow'),
  url: serverUrlSchema,
  /** Signs in by user and password, or by a token; by neither where the server asks for none. */
  user: z.string().min(1).max(250).optional(),
  password: secretPlaceSchema.optional(),
  token: secretPlaceSchema.optional(),
  /** What the server's webhooks are signed with. */
  webhook: secretPlaceSchema.optional(),
  /** How often it is asked what has changed, in seconds. */
  every: z.number().int().min(5).max(86_400).default(60),
});

export const namedRegistrySchema = registrySettingsSchema.extend({ name: registryNameSchema });
export type NamedRegistry = z.infer<typeof namedRegistrySchema>;

/** A registry elsewhere, and how it stands. Times are UTC, RFC 3339. */
export const externalRegistrySchema = namedRegistrySchema.extend({
  /** "unknown" until it was first asked. */
  state: z.enum(['there', 'away', 'unknown']),
  /** Since when it is away; null where it is not. */
  since: z.string().nullable(),
  /** When it answered last; what links show was so then. */
  seen: z.string().nullable(),
  /** Why it does not answer, or what it said no to. */
  failure: z.string().nullable(),
  /** Links of it that are not registered there yet. */
  waiting: z.number().int(),
});
export type ExternalRegistry = z.infer<typeof externalRegistrySchema>;
export const externalRegistriesSchema = z.object({ registries: z.array(externalRegistrySchema) });

const namedTextSchema = z.object({ name: z.string(), value: z.string() });
const aliasSchema = z.object({ name: z.string(), version: z.string() });

/** What a registry elsewhere has under one name. */
export const externalEntrySchema = z.object({
  name: z.string(),
  description: z.string(),
  /** In milliseconds since 1970; 0 where it does not say. */
  updated: z.number(),
  aliases: z.array(aliasSchema),
  /** The highest version; empty where there is none. */
  newest: z.string(),
  tags: z.array(namedTextSchema),
  /** The page of it, for people. */
  page: z.string(),
});
export type ExternalEntry = z.infer<typeof externalEntrySchema>;

export const externalEntriesSchema = z.object({
  entries: z.array(externalEntrySchema),
  /** Asks for the next page; null at the end. */
  next: z.string().nullable(),
});

/** A version of an entry there, as people choose among them. */
export const externalVersionSchema = z.object({
  version: z.string(),
  description: z.string(),
  /** Milliseconds since 1970; 0 where it does not say. */
  updated: z.number(),
  /** In the registry's words; empty where there is none. */
  stage: z.string(),
});
export type ExternalVersion = z.infer<typeof externalVersionSchema>;
/** The newest first; at most a hundred. */
export const externalVersionsSchema = z.object({ versions: z.array(externalVersionSchema) });

/** What of ours is linked: a run with its files, or those at a path; a logged model; a version of a registered model. */
export const linkedSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('run'),
    run: z.string().regex(/^[0-9a-f]{32}$/, 'the id of a run has 32 hexadecimal digits'),
    path: z.string().default(''),
  }),
  z.object({ kind: z.literal('model'), model: z.string().min(1) }),
  z.object({
    kind: z.literal('version'),
    name: z.string().min(1),
    version: z.number().int().positive(),
  }),
]);
export type Linked = z.infer<typeof linkedSchema>;

/** What was known last of an entry there, and of the version that is linked. */
export const knownSchema = z.object({
  /** When it was found to be so, in milliseconds since 1970. */
  at: z.number(),
  /** False when it is not there any more; the rest is what was there. */
  exists: z.boolean(),
  /** Of the version that is linked, else of the entry. */
  description: z.string(),
  tags: z.array(namedTextSchema),
  updated: z.number(),
  /** Of the version that is linked, else all of the entry's. */
  aliases: z.array(aliasSchema),
  /** Of the version: its stage, and how it stands, in the registry's words; empty where there is none. */
  stage: z.string(),
  stands: z.string(),
  /** The highest version of the entry. */
  newest: z.string(),
});
export type Known = z.infer<typeof knownSchema>;

/** A link from something of ours to an entry elsewhere. */
export const linkSchema = z.object({
  id: idSchema,
  of: linkedSchema,
  /** The run that it is of, also by a logged model or a registered version; empty where none is known. */
  run: z.string(),
  /** The registry; null for a plain address. */
  registry: z.string().nullable(),
  /** The name there, or what a plain address is called. */
  entry: z.string(),
  /** Null where the entry as a whole is meant, or nothing is registered yet. */
  version: z.string().nullable(),
  /** The page to open; empty where the registry is not set up any more. */
  page: z.string(),
  /** "waiting": it is to be registered there, and will be tried again; "refused": the registry said no, for the reason in `failure`. */
  state: z.enum(['linked', 'waiting', 'refused']),
  failure: z.string(),
  known: knownSchema.nullable(),
  /** When the registry answered last, UTC, RFC 3339; null where it never did. */
  seen: z.string().nullable(),
  /** The registry does not answer now: what is known is of `seen`. */
  away: z.boolean(),
  /** Since when it does not answer, UTC, RFC 3339; null where it does. */
  since: z.string().nullable(),
  created: z.number(),
});
export type Link = z.infer<typeof linkSchema>;
export const linksSchema = z.object({
  links: z.array(linkSchema),
  /** Whether whoever asks may link and register. */
  mayChange: z.boolean(),
});
export type Links = z.infer<typeof linksSchema>;

/**
 * `of` is the id of a run, a logged model or a registered model, or runs:/RUN with all that was made of the run, models:/m-…, or
 * models:/NAME/VERSION. Without it all links are given.
 */
export const linksQuerySchema = z.object({ of: z.string().max(2_000).optional() });

/** Asks for a link: to an entry of a registry or to one version of it, to a plain address, or by registering there. */
export const linkRequestSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('entry'),
    of: linkedSchema,
    registry: registryNameSchema,
    entry: z.string().min(1).max(500),
    version: z.string().min(1).max(100).nullable().default(null),
  }),
  z.object({
    kind: z.literal('address'),
    of: linkedSchema,
    url: z
      .string()
      .max(2_000)
      .regex(/^https?:\/\/[^\s]+$/i, 'an address that begins with http:// or https:// is wanted'),
    title: z.string().min(1).max(500),
  }),
  z.object({
    kind: z.literal('register'),
    of: linkedSchema,
    registry: registryNameSchema,
    entry: z.string().min(1).max(500),
    /** Put above the permalink in the description there. */
    description: z.string().max(5_000).default(''),
  }),
]);
export type LinkRequest = z.output<typeof linkRequestSchema>;

/** What following a registry found. */
export const followedSchema = z.object({
  status: z.literal('ok'),
  registry: externalRegistrySchema,
  /** Links of which something is other now than was known. */
  changed: z.array(linkSchema),
});
