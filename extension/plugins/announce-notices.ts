import { Notification } from '@jupyterlab/apputils';

import { isRefused, type Notice, type NoticesModel } from '../model/notices.js';
import { summarizeSecret } from '../model/secret-words.js';
import { baseName } from '../model/words.js';

/** Who draws the notices. */
export interface NoticesPlace {
  /** The panel is open and shows this notebook. */
  readonly isSeen: (path: string) => boolean;
  readonly onShow: (path: string) => void;
}

/** Says in a corner, once for each, what the panel would say if it were open. */
export function announceNotices(notices: NoticesModel, place: NoticesPlace): void {
  const told = new Set<string>();
  notices.subscribe(() => {
    for (const [path, all] of notices.state.of) {
      const fresh = all.filter(({ key }) => !told.has(`${path} ${key}`));
      for (const { key } of fresh) told.add(`${path} ${key}`);
      const [first] = fresh;
      if (first !== undefined && !place.isSeen(path)) announce(path, first, fresh.length, place);
    }
  });
}

function announce(path: string, first: Notice, count: number, { onShow }: NoticesPlace): void {
  const words = first.kind === 'secret' ? summarizeSecret(first) : first.message;
  const more = count === 1 ? '' : ` (And ${String(count - 1)} more.)`;
  const options = {
    autoClose: isRefused(first) ? (false as const) : 10_000,
    actions: [
      {
        label: 'Show',
        caption: 'Show it in Cellar’s panel',
        callback: () => {
          onShow(path);
        },
      },
    ],
  };
  const text = `${baseName(path)}: ${words}${more}`;
  if (isRefused(first)) Notification.error(text, options);
  else Notification.warning(text, options);
}
