import type { Part } from './part.js';
import { print } from './figures.js';
import { artifactsPart } from './store-artifacts.js';
import { catalogPart } from './store-catalog.js';
import { diskPart } from './store-disk.js';
import { largePart } from './store-large.js';
import { pointsPart } from './store-points.js';
import { snapshotsPart } from './store-snapshots.js';

/** In the order they run; each makes its own store and takes it away. */
const PARTS: readonly Part[] = [
  ...[artifactsPart, pointsPart, catalogPart],
  ...[snapshotsPart, largePart, diskPart],
];

/** The store's goals, each beside its peer in one run; ends with 1 where one was missed. `--quick` takes small stores; names choose parts. */
async function main(args: readonly string[]): Promise<void> {
  const quick = args.includes('--quick');
  const asked = args.filter((arg) => !arg.startsWith('--'));
  const unknown = asked.find((name) => !PARTS.some((part) => part.name === name));
  if (unknown !== undefined) {
    console.error(
      `There is no part "${unknown}"; there are: ${PARTS.map(({ name }) => name).join(', ')}.`,
    );
    process.exitCode = 2;
    return;
  }
  for (const part of PARTS.filter(({ name }) => asked.length === 0 || asked.includes(name))) {
    console.log(
      `\n${part.name}${quick ? ' (quick: small stores, the goals are for large ones)' : ''}`,
    );
    for (const { what, figure, goal } of await part.run(quick)) {
      print(what, figure, goal);
      // The goals of small stores are none.
      if (goal?.met === false && !quick) process.exitCode = 1;
    }
  }
}

await main(process.argv.slice(2));
