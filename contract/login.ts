import * as z from 'zod';

/** The query of the page to which a login link leads that is used up or too old. */
export const REFUSED_LINK = '?link=refused';

/** What the login form posts: the token, or a one-time code from a login link; `next` is the page's fragment to go on to. */
export const loginSchema = z.object({
  token: z.string().min(1).max(512),
  next: z.string().max(2048).optional(),
});

/** Asks for a one-time link that opens the reviewer's page at `target`, a fragment such as "#/diff/a/b". */
export const loginLinkRequestSchema = z.object({
  target: z.string().max(2048).optional(),
  /** Whom it is for, "Anna" or "Anna <anna@example.org>": what is done by it, such as an approval, is done in this name. */
  person: z.string().trim().min(1).max(200).optional(),
});

/** The whole address to hand to a reviewer. */
export const loginLinkSchema = z.object({ url: z.string() });
