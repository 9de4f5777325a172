import { stringifySetCookie } from 'cookie';
import type { Response } from 'express';

import {
  loginLinkRequestSchema,
  loginLinkSchema,
  loginSchema,
  REFUSED_LINK,
} from '../../../contract/login.js';
import { pathTo } from '../../../contract/routes.js';
import { CellarError } from '../../errors.js';
import { jsonOperation, toApproach, type Operation } from '../operation.js';
import type { ApiParts } from '../parts.js';
import type { RequestHandler } from 'express';

/** What a login works on. */
export type LoginParts = Pick<ApiParts, 'access'>;

/** Links for reviewers, made by the owner. */
export function loginOperations(parts: ApiParts): readonly Operation[] {
  return [
    jsonOperation({
      method: 'post',
      route: 'loginLinks',
      summary: 'A link that logs one browser in, once, to read; a named person may approve by it',
      grants: [],
      body: loginLinkRequestSchema,
      answer: loginLinkSchema,
      run: ({ body }) => {
        const url = createLoginLink(parts, body.target, body.person);
        if (url === undefined)
          throw new CellarError(
            'not_found',
            'No address of this server can be opened by others. Start one with "cellar serve".',
          );
        return { url };
      },
    }),
  ];
}

/** A whole one-time address; undefined where no browser but JupyterLab's reaches this server. */
export function createLoginLink(
  parts: ApiParts,
  target?: string,
  person?: string,
): string | undefined {
  const base = parts.link();
  if (base === undefined) return undefined;
  const url = new URL(pathTo('login'), base);
  url.searchParams.set('token', parts.access.sessions.createKey({ person }));
  if (target?.startsWith('#') === true) url.hash = target;
  return url.href;
}

/** GET login?token=…: opens a session by a one-time link; the browser keeps the fragment over the redirect. */
export function loginByLink(parts: LoginParts): RequestHandler {
  return (request, response) => {
    parts.access.checkOrigin(toApproach(request));
    const { token } = request.query;
    const cookie = typeof token === 'string' ? openSession(parts, token) : undefined;
    if (cookie !== undefined) setSession(parts, response, cookie);
    // Without a session the page says what to do, and offers to paste a token.
    response.redirect(303, cookie === undefined ? `./${REFUSED_LINK}` : './');
  };
}

/** POST login {token}: by the owner's token or a one-time one, from the page's own form. */
export function loginByToken(parts: LoginParts): RequestHandler {
  return (request, response) => {
    parts.access.checkOrigin(toApproach(request));
    const asked = loginSchema.safeParse(request.body);
    const cookie = asked.success ? openSession(parts, asked.data.token.trim()) : undefined;
    if (cookie === undefined)
      throw new CellarError(
        'unauthenticated',
        'This token is not known here, or was used before. Ask for a new link.',
      );
    setSession(parts, response, cookie);
    response.json({ status: 'ok' });
  };
}

function openSession(parts: LoginParts, token: string): string | undefined {
  const { access } = parts;
  return access.isOwnerToken(token)
    ? access.sessions.open('owner')
    : access.sessions.openByKey(token);
}

function setSession(parts: LoginParts, response: Response, value: string): void {
  response.setHeader(
    'Set-Cookie',
    stringifySetCookie({
      name: parts.access.cookieName(),
      value,
      httpOnly: true,
      sameSite: 'strict',
      path: '/',
      maxAge: 30 * 24 * 60 * 60,
    }),
  );
}
