const DAY_MS = 24 * 60 * 60 * 1000;
/** A pause of up to this long is believed. A longer one is a clock that was set wrong, or is: it counts as a day. */
const LONGEST_PAUSE_MS = 366 * DAY_MS;

/**
 * How old each of a line of moments is at `now`, in days; all in milliseconds since 1970, moments in the order in which they came to
 * be. Ages add up from step to step: a clock that goes back adds nothing, and one that jumps by years adds a day, so that no jump
 * makes everything old at once.
 */
export function agesInDays(moments: readonly number[], now: number): readonly number[] {
  const ages = new Array<number>(moments.length);
  let age = 0;
  let later = now;
  for (let at = moments.length - 1; at >= 0; at -= 1) {
    const moment = moments[at] ?? later;
    age += believed(later - moment);
    ages[at] = age / DAY_MS;
    later = moment;
  }
  return ages;
}

function believed(pause: number): number {
  if (pause < 0) return 0;
  return pause > LONGEST_PAUSE_MS ? DAY_MS : pause;
}

/** False when `now` lies so far from the last moment that is known that one of the two clocks was wrong. */
export function isBelieved(last: number | undefined, now: number): boolean {
  return last === undefined || (now >= last - DAY_MS && now - last <= LONGEST_PAUSE_MS);
}
