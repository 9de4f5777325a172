import { spawn } from 'node:child_process';

/** Opens an address in the person's browser, the one of BROWSER where that is set. Whoever has none finds the address printed. */
export function openInBrowser(url: string, environment: NodeJS.ProcessEnv): void {
  const [program = '', ...words] = browserWords(url, environment['BROWSER'], process.platform);
  const child = spawn(program, words, { detached: true, stdio: 'ignore', env: environment });
  // There may be no such program, or no screen.
  child.on('error', () => undefined);
  child.unref();
}

/** The words that open an address. BROWSER is a program, perhaps with words of its own and "%s" where the address belongs. */
export function browserWords(
  url: string,
  browser: string | undefined,
  platform: NodeJS.Platform,
): readonly string[] {
  const own = (browser ?? '').split(platform === 'win32' ? ';' : ':')[0]?.trim() ?? '';
  if (own !== '') {
    const words = own.split(/\s+/);
    return own.includes('%s') ? words.map((word) => word.replaceAll('%s', url)) : [...words, url];
  }
  if (platform === 'darwin') return ['open', url];
  // "start" takes its first quoted word for a title.
  if (platform === 'win32') return ['cmd', '/c', 'start', '""', url];
  return ['xdg-open', url];
}
