import type { ExpiredVersion } from '../../contract/expired.js';
import { formatDate, formatMoment } from './time.js';
import { baseName } from './words.js';

/** That a version has expired, when and why, and what is kept nearest to it. */
export function describeExpired(version: ExpiredVersion, now: number): string {
  const { path, time, expired, nearest } = version;
  const gone = `The version of ${baseName(path)} as of ${formatMoment(time, now)} expired on ${formatDate(expired, now)}: automatic versions thin out with age.`;
  const left =
    nearest === null
      ? 'No other version of it is kept.'
      : `The nearest that is kept is as of ${formatMoment(nearest.time, now)}.`;
  return `${gone} ${left}`;
}
