import { formatAgo } from './time.js';
import { formatCount } from './words.js';

/** What capture is doing for a notebook; handed in by whoever captures. Times are milliseconds since 1970. */
export type CaptureStatus =
  /** Without a time nothing was kept since JupyterLab was opened. */
  | { readonly kind: 'kept'; readonly time?: number }
  | { readonly kind: 'keeping' }
  | { readonly kind: 'waiting'; readonly count: number }
  /** `by`: the notebook or folder that is paused; "" is the whole workspace. */
  | { readonly kind: 'paused'; readonly by: string }
  | { readonly kind: 'ignored'; readonly by: string }
  /** `told`: why is said at length elsewhere. */
  | { readonly kind: 'error'; readonly message: string; readonly told?: true };

/** The status in a few words, and a sentence that explains it. */
export function describeCapture(
  status: CaptureStatus,
  now: number,
): { readonly label: string; readonly title: string } {
  switch (status.kind) {
    case 'kept':
      if (status.time === undefined)
        return { label: 'on', title: 'A version is kept when you run a cell or save.' };
      return {
        label: `kept ${formatAgo(status.time, now)}`,
        title: 'Everything is kept. The next version is kept when you run a cell or save.',
      };
    case 'keeping':
      return { label: 'keeping…', title: 'A version is being kept.' };
    case 'waiting':
      return {
        label: `${String(status.count)} waiting`,
        title: `${formatCount(status.count, 'version waits', 'versions wait')} in this browser and will be kept when Cellar answers again.`,
      };
    case 'paused':
      return { label: 'paused', title: `No versions are kept: ${pausedBy(status.by)} is paused.` };
    case 'ignored':
      return {
        label: 'ignored',
        title: `No versions are kept: “${status.by}” in .cellarignore names this notebook.`,
      };
    case 'error':
      return { label: 'not kept', title: status.message };
  }
}

function pausedBy(by: string): string {
  return by === '' ? 'the whole workspace' : by;
}
