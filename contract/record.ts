import * as z from 'zod';

/**
 * An object whose keys are names that people chose, each with a value of one kind. Any name is an ordinary name: zod's own record
 * drops "__proto__".
 */
export function recordOf<Output, Input>(
  value: z.ZodType<Output, Input>,
): z.ZodType<Record<string, Output>, Record<string, Input>> {
  return z
    .custom<Record<string, Input>>(
      (given) => typeof given === 'object' && given !== null && !Array.isArray(given),
      'Invalid input: expected an object',
    )
    .transform((given, context) => {
      const entries = Object.entries(given).map(([name, item]): [string, Output] => {
        const result = value.safeParse(item);
        if (result.success) return [name, result.data];
        for (const { message, path } of result.error.issues)
          context.addIssue({ code: 'custom', message, path: [name, ...path] });
        return [name, z.NEVER];
      });
      // fromEntries defines "__proto__" as a property; an assignment would set the prototype.
      return Object.fromEntries(entries);
    })
    .meta({ type: 'object', additionalProperties: true });
}
