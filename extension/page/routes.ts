/** What the page shows; each has an address that shows it again. */
export type PageRoute =
  | { readonly kind: 'home' }
  | { readonly kind: 'notebook'; readonly id: string }
  | { readonly kind: 'diff'; readonly base: string; readonly head: string };

/** The route of a fragment such as "#/diff/a/b"; anything unknown is home. */
export function parseRoute(hash: string): PageRoute {
  const [name, one, two] = hash
    .replace(/^#?\/?/, '')
    .split('/')
    .map(decode);
  if (name === 'notebook' && isId(one)) return { kind: 'notebook', id: one };
  if (name === 'diff' && isId(one) && isId(two)) return { kind: 'diff', base: one, head: two };
  return { kind: 'home' };
}

/** The fragment of a route. */
export function formatRoute(route: PageRoute): string {
  switch (route.kind) {
    case 'home':
      return '#/';
    case 'notebook':
      return `#/notebook/${encodeURIComponent(route.id)}`;
    case 'diff':
      return `#/diff/${encodeURIComponent(route.base)}/${encodeURIComponent(route.head)}`;
  }
}

function isId(part: string | undefined): part is string {
  return part !== undefined && /^[0-9a-z]+$/i.test(part);
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return '';
  }
}
