import { spawn } from 'node:child_process';

/** What a shell ends with where it finds no such program, or may not run it. */
const NOT_RUN = [126, 127];

/**
 * Shows text in a pager, a command of the shell, and waits until the person leaves it, early or late. Gives false where there is no
 * such program. What less and lv are told is what git tells them.
 */
export function showPaged(
  pager: string,
  text: string,
  environment: NodeJS.ProcessEnv,
): Promise<boolean> {
  const env = { LESS: 'FRX', LV: '-c', ...environment };
  const ignore = (): void => undefined;
  // Ctrl-C is for the pager, which stays; this process waits for it.
  process.on('SIGINT', ignore);
  return new Promise<boolean>((resolve) => {
    const child = spawn(pager, { shell: true, env, stdio: ['pipe', 'inherit', 'inherit'] });
    child.on('error', () => resolve(false));
    child.on('close', (code) => resolve(code === null || !NOT_RUN.includes(code)));
    // Who quits early has read enough.
    child.stdin.on('error', ignore);
    child.stdin.end(text);
  }).finally(() => process.off('SIGINT', ignore));
}
