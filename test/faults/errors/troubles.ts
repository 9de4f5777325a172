import { isSyncing, opens, takesRoom, type Plan } from '../faulty-disk.js';
import { isChange } from '../interpose.js';

/** A kind of trouble with a disk, and the codes that a failure of its may have. */
export interface Trouble extends Omit<Plan, 'at' | 'again'> {
  readonly name: string;
  readonly codes: readonly string[];
}

const refuse = (code: string) => ({ kind: 'refuse', code }) as const;

/** A full disk, from some write on or at one alone. */
export const FULL: readonly Trouble[] = [
  {
    ...{ name: 'a disk that is full from then on', fault: refuse('ENOSPC'), matches: takesRoom },
    ...{ lasting: true, codes: ['disk_full'] },
  },
  {
    ...{ name: 'a disk that is full once', fault: refuse('ENOSPC'), matches: takesRoom },
    ...{ lasting: false, codes: ['disk_full'] },
  },
];

/** Calls that fail for another reason. */
export const REFUSED: readonly Trouble[] = [
  {
    ...{ name: 'a disk that turns read-only', fault: refuse('EROFS'), matches: isChange },
    ...{ lasting: true, codes: ['store_read_only'] },
  },
  {
    ...{ name: 'a call that fails', fault: refuse('EIO'), matches: () => true },
    ...{ lasting: false, codes: ['EIO'] },
  },
  {
    ...{ name: 'no file to be opened', fault: refuse('EMFILE'), matches: opens },
    ...{ lasting: false, codes: ['EMFILE'] },
  },
];

/** Kinds of calls of which there are few, so that more of them are tried. */
export const RARE: readonly Trouble[] = [
  {
    ...{ name: 'a short write', fault: { kind: 'short' }, lasting: false, codes: [] },
    matches: ({ kind }) => kind === 'file.write',
  },
  {
    ...{ name: 'a short read', fault: { kind: 'short' }, lasting: false, codes: [] },
    matches: ({ kind }) => kind === 'file.read',
  },
  {
    ...{ name: 'a read of an open file that fails', fault: refuse('EIO'), codes: ['EIO'] },
    ...{ lasting: false, matches: ({ kind }) => kind.startsWith('file.read') },
  },
  {
    ...{ name: 'a rename or a link that fails', fault: refuse('EIO'), codes: ['EIO'] },
    ...{ lasting: false, matches: ({ kind }) => ['rename', 'link', 'symlink'].includes(kind) },
  },
  {
    ...{ name: 'a sync that fails once', fault: refuse('EIO'), matches: isSyncing },
    ...{ lasting: false, codes: ['EIO'] },
  },
];

export const TROUBLES: readonly Trouble[] = [...FULL, ...REFUSED, ...RARE];
