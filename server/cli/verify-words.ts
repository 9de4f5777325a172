import type { Damage, Repaired, Verified } from '../../contract/upkeep.js';
import { count, formatTime, printable, shortId } from './words.js';

/** Versions that are named before the rest are counted. */
const MOST_NAMED = 10;

/** What verify found, for people: first whether all is well and how much reads, then what is not. */
export function formatVerified(found: Verified): string {
  const { damages, lost, purged, repaired } = found;
  const lines = [
    toSummary(found),
    ...(repaired === undefined ? [] : toRepairLines(repaired, damages.length > 0)),
    ...damages.flatMap((damage) => toDamageLines(damage, '')),
    ...lost.flatMap((loss) => toDamageLines(loss, `lost, as said on ${loss.since.slice(0, 10)}: `)),
    ...purged.map(({ name, sha256 }) => `${name} (sha256:${sha256.slice(0, 12)}) was purged.`),
  ];
  if (damages.length > 0 && repaired === undefined)
    lines.push('"cellar verify --repair" mends what can be mended, and says what is lost.');
  return `${lines.map(printable).join('\n')}\n`;
}

function toSummary({ damages, lost, reads, ...all }: Verified): string {
  const of = (reading: number, total: number, noun: string): string =>
    reading === total ? count(total, noun) : `${reading} of ${count(total, noun)}`;
  const counts = [
    of(reads.snapshots, all.snapshots, 'version'),
    `of ${of(reads.notebooks, all.notebooks, 'notebook')}`,
  ].join(' ');
  const whole = `${count(all.commits, 'commit')}, ${counts}, ${of(reads.artifacts, all.artifacts, 'file')}`;
  if (damages.length > 0) return `${damages.length} damaged; what reads: ${whole}.`;
  if (lost.length > 0) return `Nothing new is damaged; what reads: ${whole}.`;
  return `All is well: ${whole}.`;
}

function toRepairLines({ mended, lost, aside }: Repaired, isDamaged: boolean): string[] {
  return [
    ...mended.map(({ what, how }) => `mended: ${what} (${how})`),
    ...lost.flatMap((damage) => toDamageLines(damage, 'lost: ')),
    ...(aside === null ? [] : [`What was replaced is in .cellar/${aside}.`]),
    ...(mended.length + lost.length > 0
      ? []
      : [isDamaged ? 'Nothing could be mended.' : 'There was nothing to mend.']),
  ];
}

/** One line for the damage, and one for each version that it concerns. */
function toDamageLines({ what, reason, snapshots, runs, file }: Damage, before: string): string[] {
  const place = file === undefined || what.endsWith(file) ? '' : ` (.cellar/${file})`;
  const { listed, count: all } = snapshots;
  const named = listed.slice(0, MOST_NAMED);
  return [
    `${before}${what}${place}: ${reason}`,
    ...named.map(
      ({ id, path, time, reads }) =>
        `  version ${shortId(id)} of ${path}, ${formatTime(time)}${reads ? ': still reads' : ': cannot be read'}`,
    ),
    ...(all > named.length ? [`  and ${count(all - named.length, 'version')} more`] : []),
    ...(runs.length === 0
      ? []
      : [
          `  ${runs.length === 1 ? 'run' : 'runs'} ${runs.slice(0, MOST_NAMED).join(', ')}${runs.length > MOST_NAMED ? ', …' : ''}`,
        ]),
  ];
}
