import * as z from 'zod';

/** An id of a kernel, as Jupyter makes them. */
export const kernelIdSchema = z.string().regex(/^[0-9A-Za-z][0-9A-Za-z_-]{0,63}$/);

/** What code ran on. */
export const environmentSchema = z.object({
  /** Of the language, e.g. "3.11.7". */
  python: z.string().max(100),
  implementation: z.string().max(100).default(''),
  platform: z.string().max(1000).default(''),
  /** Name and version. */
  packages: z.array(z.tuple([z.string().max(500), z.string().max(500)])).max(20_000),
  /** The text of `pip freeze`. */
  freeze: z.string().max(2_000_000),
  /** The git repository around the notebook; null where there is none. */
  git: z
    .object({
      commit: z.string().max(100),
      /** Whether a file that git follows was changed since; null where git did not say. */
      dirty: z.boolean().nullable(),
      branch: z.string().max(1000).optional(),
      remote: z.string().max(4096).optional(),
    })
    .nullable()
    .default(null),
});
export type Environment = z.output<typeof environmentSchema>;

/** What something ran on in short. */
export const ranOnSchema = environmentSchema
  .pick({ python: true, platform: true, git: true })
  .extend({ packages: z.number().int() });
export type RanOn = z.infer<typeof ranOnSchema>;

/** What a kernel sends once. */
export const sentEnvironmentSchema = environmentSchema.extend({ kernel: kernelIdSchema });

/** One that was kept, by its id. */
export const keptEnvironmentSchema = environmentSchema.extend({ id: z.string() });
export type KeptEnvironment = z.output<typeof keptEnvironmentSchema>;
export const environmentIdSchema = z.object({ id: z.string() });
