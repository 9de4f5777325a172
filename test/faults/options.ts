/** How long and with which chances the suite runs: see scripts/test-faults.mjs. */
function numberOf(name: string): number | undefined {
  const text = process.env[`CELLAR_FAULTS_${name}`];
  return text === undefined ? undefined : Number(text);
}

const isFull = process.env['CELLAR_TEST_FULL'] === '1';

/** Of everything that is chosen at random; the short form makes the same choices each time, the long one looks for new ones. */
export const SEED = numberOf('SEED') ?? (isFull ? Date.now() % 1_000_000_000 : 490_736_175);
/** Cuts of the power beside those at each acknowledgement. */
export const CUTS = numberOf('CUTS') ?? (isFull ? 500 : 60);
/** Ends of a real process at a random moment. */
export const KILLS = numberOf('KILLS') ?? (isFull ? 1_000 : 200);
/** Snapshots that two servers' eight writers take together. */
export const WRITES = numberOf('WRITES') ?? (isFull ? 4_000 : 400);
/** Faults of the disk are tried at every n-th call of their kind that a scenario makes. */
export const STRIDE = numberOf('STRIDE') ?? (isFull ? 1 : 40);
/** Damaged files. */
export const FLIPS = numberOf('FLIPS') ?? (isFull ? 500 : 60);
/** Lives in which trouble with the disk comes again and again, of each kind. */
export const ROWS = numberOf('ROWS') ?? (isFull ? 100 : 12);
/** Purges beside people at work, and as many that die. */
export const PURGES = numberOf('PURGES') ?? (isFull ? 100 : 5);
