import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';

import { serverUrlSchema } from '../../contract/external.js';
import { CellarError } from '../errors.js';
import type { Call, Command, Context } from './command.js';

export const serve: Command = {
  summary: 'Serve the workspace: the page for reviewers and the API',
  usage: '[--host H] [--port N] [--socket PATH] [--token T | --token-file F] [--public-url URL]',
  options: {
    host: { kind: 'string', value: 'H', help: 'listen on this address (default 127.0.0.1)' },
    port: { kind: 'string', value: 'N', help: 'listen on this port (default: as last time)' },
    socket: { kind: 'string', value: 'PATH', help: 'listen on this unix socket too' },
    token: {
      kind: 'string',
      value: 'T',
      help: 'the secret to ask for (others see it; better: --token-file)',
    },
    'token-file': { kind: 'string', value: 'F', help: 'read the secret from this file' },
    'public-url': {
      kind: 'string',
      value: 'URL',
      help: 'where others reach it: for links that are written elsewhere',
    },
    parent: { kind: 'string', value: 'PID', help: 'end when this process does' },
  },
  arguments: [0, 0],
  run: async (context, call) => {
    const { environment } = context;
    return context.serve({
      root: call.root,
      host: call.text('host') ?? '127.0.0.1',
      port: toNumber(call, 'port', 65535),
      socket: toSocket(context, call.text('socket')),
      token: await readToken(context, call),
      kernelToken: environment['CELLAR_KERNEL_TOKEN'],
      proxySecret: environment['CELLAR_PROXY_SECRET'],
      publicUrl: toPublicUrl(call.text('public-url')),
      parent: toNumber(call, 'parent', 2 ** 31),
    });
  },
};

function toPublicUrl(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const url = serverUrlSchema.safeParse(text);
  if (url.success) return url.data;
  throw new CellarError('bad_request', `--public-url: ${url.error.issues[0]?.message ?? ''}.`);
}

function toSocket(context: Context, path: string | undefined): string | undefined {
  return path === undefined ? undefined : resolve(context.cwd, path);
}

function toNumber(call: Call, option: string, most: number): number | undefined {
  const text = call.text(option);
  if (text === undefined) return undefined;
  if (!/^[0-9]+$/.test(text) || Number(text) > most)
    throw new CellarError(
      'bad_request',
      `--${option} takes a number up to ${most}, not "${text}".`,
    );
  return Number(text);
}

async function readToken(context: Context, call: Call): Promise<string | undefined> {
  const file = call.text('token-file');
  if (file === undefined) return call.text('token') ?? context.environment['CELLAR_TOKEN'];
  const text = (await readFile(resolve(context.cwd, file), 'utf8')).trim();
  if (text === '') throw new CellarError('bad_request', `${file} holds no token.`, { path: file });
  return text;
}
