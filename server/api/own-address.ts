import type { IncomingMessage } from 'node:http';

type Approach = Pick<IncomingMessage, 'headers' | 'httpVersion' | 'socket'>;

/** What proxies add that say for whom they ask, and where they were asked. */
const SIGNS = ['forwarded', 'via', 'x-forwarded-for'];

/**
 * The address by which whoever asks reaches this server, without a slash at its end: what they have called, or what the proxy before it
 * says that they have. Undefined where neither tells: Jupyter's proxy wants a login of its own, and others keep to themselves what they
 * were asked for. It is told to who asks alone, so who lies here deceives nobody else.
 */
export function findOwnAddress({ headers, httpVersion, socket }: Approach): string | undefined {
  const [host, protocol] = [headers['x-forwarded-host'], headers['x-forwarded-proto']].map(first);
  const isDirect = host === undefined && protocol === undefined;
  // nginx as it comes asks by HTTP/1.0, and says nothing more.
  const isHidden = SIGNS.some((name) => headers[name] !== undefined) || httpVersion === '1.0';
  if (socket.remoteAddress === undefined || (isDirect && isHidden)) return undefined;
  const prefix = first(headers['x-forwarded-prefix']) ?? '';
  const text = `${protocol ?? 'http'}://${host ?? headers.host ?? ''}${prefix}`;
  const isAddress =
    /^https?:\/\/([\w.-]+|\[[0-9a-f:.]+\])(:\d{1,5})?(\/[\w.~-]+)*\/?$/i.test(text) &&
    URL.canParse(text);
  return isAddress ? text.replace(/\/$/, '') : undefined;
}

/** The same in a proxy's headers, for the server that a request is passed on to. */
export function toForwarded(approach: Approach): Readonly<Record<string, string>> {
  const address = findOwnAddress(approach);
  if (address === undefined) return { via: '1.1 cellar' };
  const { protocol, host, pathname } = new URL(address);
  return {
    'x-forwarded-proto': protocol.slice(0, -1),
    'x-forwarded-host': host,
    ...(pathname === '/' ? {} : { 'x-forwarded-prefix': pathname }),
  };
}

/** Of several proxies the first was asked by whoever asks. */
function first(header: string | string[] | undefined): string | undefined {
  return (Array.isArray(header) ? header[0] : header)?.split(',')[0]?.trim();
}
