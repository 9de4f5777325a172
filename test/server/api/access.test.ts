import { describe, expect, test } from 'vitest';

import { KERNEL, serve, TOKEN, type Ask } from './served.js';

describe('who may ask', () => {
  test.each<[string, Ask, number, string | undefined]>([
    ['anybody whether it works', { path: 'healthz' }, 200, undefined],
    ['anybody for the page', { path: '' }, 200, undefined],
    ['nobody without a token', { path: 'api/v1/notebooks' }, 401, 'unauthenticated'],
    [
      'nobody with a wrong token',
      { path: 'api/v1/notebooks', headers: { authorization: 'Bearer x' } },
      401,
      'unauthenticated',
    ],
    [
      'the owner',
      { path: 'api/v1/notebooks', headers: { authorization: `Bearer ${TOKEN}` } },
      200,
      undefined,
    ],
    [
      'no kernel for notebooks',
      { path: 'api/v1/notebooks', headers: { authorization: `Bearer ${KERNEL}` } },
      403,
      'forbidden',
    ],
    [
      'no kernel for a burst',
      {
        method: 'POST',
        path: 'api/v1/bursts',
        body: {},
        headers: { authorization: `Bearer ${KERNEL}` },
      },
      403,
      'forbidden',
    ],
    [
      'no other host',
      {
        path: 'api/v1/notebooks',
        headers: { authorization: `Bearer ${TOKEN}`, host: 'evil.example' },
      },
      403,
      'forbidden',
    ],
    [
      'no other origin',
      {
        path: 'api/v1/notebooks',
        headers: { authorization: `Bearer ${TOKEN}`, origin: 'http://evil.example' },
      },
      403,
      'forbidden',
    ],
    [
      'no proxy but over the socket',
      { path: 'api/v1/notebooks', headers: { 'x-cellar-proxy': 'proxy-secret' } },
      401,
      'unauthenticated',
    ],
  ])('%s', async (_, ask, status, code) => {
    const { ask: call } = await serve();
    const answer = await call(ask);
    expect(answer.status).toBe(status);
    if (code !== undefined) expect(answer.json()).toMatchObject({ status: 'error', code });
  });

  test('a link logs one browser in, once, to read', async () => {
    const { ask, link, port } = await serve();
    const url = new URL(await link('#/diff/a/b'));
    expect(url.hash).toBe('#/diff/a/b');
    const path = `${url.pathname.slice(1)}${url.search}`;
    const first = await ask({ path });
    expect(first.status).toBe(303);
    const cookie = String(first.headers['set-cookie']?.[0]);
    expect(cookie).toMatch(/HttpOnly/);
    expect(cookie).toMatch(/SameSite=Strict/i);
    const session = { cookie: cookie.split(';')[0] ?? '' };
    expect((await ask({ path: 'api/v1/notebooks', headers: session })).status).toBe(200);
    const again = await ask({ path });
    expect(again.headers).toMatchObject({ location: './?link=refused' });
    expect(again.headers['set-cookie']).toBeUndefined();
    const write = {
      method: 'POST',
      path: 'api/v1/pause',
      body: { path: '', kind: 'folder', paused: true },
    };
    expect((await ask({ ...write, headers: session })).json()).toMatchObject({ code: 'forbidden' });
    const forged = { cookie: `cellar_${port}=owner.zzzzzzzzz.${'A'.repeat(43)}` };
    expect((await ask({ path: 'api/v1/notebooks', headers: forged })).status).toBe(401);
  });

  test("the owner's token opens a session that may write, with our header only", async () => {
    const { ask } = await serve();
    expect((await ask({ method: 'POST', path: 'login', body: { token: 'wrong' } })).status).toBe(
      401,
    );
    const login = await ask({ method: 'POST', path: 'login', body: { token: TOKEN } });
    const cookie = String(login.headers['set-cookie']?.[0]).split(';')[0] ?? '';
    const write = {
      method: 'POST',
      path: 'api/v1/pause',
      body: { path: '', kind: 'folder', paused: true },
    };
    expect((await ask({ ...write, headers: { cookie } })).json()).toMatchObject({
      code: 'forbidden',
    });
    expect((await ask({ ...write, headers: { cookie, 'x-cellar-client': '1' } })).status).toBe(200);
  });
});
