import type { MetricValue } from '../../contract/bundle.js';
import type { Client, MetricCourse } from '../client/client.js';
import type { Subscription } from '../client/events.js';
import { Store } from './store.js';

export type CoursePoint = MetricCourse['points'][number];

/** The course of a metric as far as it is known. */
export interface KnownCourse {
  readonly points: readonly CoursePoint[];
  /** How many values were logged; there may be fewer points. */
  readonly total: number;
}

interface Courses {
  readonly courses: ReadonlyMap<string, KnownCourse>;
}

/** What a course is asked for by, and the last value that is known of it by other ways. */
export interface WantedCourse {
  readonly run: string;
  readonly name: string;
  readonly last: { readonly value: MetricValue; readonly step: number; readonly time: number };
  /** Nothing comes any more: what was put together is asked for once more, whole. */
  readonly isOver: boolean;
}

interface Entry {
  wanted: WantedCourse;
  /** The last value that the answer was asked for with. */
  loadedFor: WantedCourse | undefined;
  /** Not before then, by the clock of performance. */
  next: number;
}

const BUCKETS = 120;
const AT_ONCE = 2;
/** A course that grows is put together from its latest values, and asked for again now and then, for what came between them. */
const AGAIN_MS = 5_000;
/** Asking for a long course costs the server something: it may take this share of the time at most. */
const SHARE = 1 / 20;

/** The courses of metrics, asked for a few at a time; while a run goes on they grow by its latest values. */
export class CoursesModel extends Store<Courses> {
  readonly #client: Pick<Client, 'course' | 'events'>;
  readonly #entries = new Map<string, Entry>();
  readonly #queue: string[] = [];
  #events: Subscription | undefined;
  #busy = 0;
  #asked = new AbortController();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(client: Pick<Client, 'course' | 'events'>) {
    super({ courses: new Map() });
    this.#client = client;
  }

  /** What is known of a course; undefined until it was wanted and has come. */
  find(run: string, name: string): KnownCourse | undefined {
    return this.state.courses.get(keyOf(run, name));
  }

  /** These are shown from now on, with all that is logged to them; others are forgotten. */
  want(wanted: readonly WantedCourse[]): void {
    this.#events ??= this.#client.events(({ kind }) => {
      // A name may be what was purged.
      if (kind === 'purged') this.#forget();
    });
    const keys = new Set(wanted.map(({ run, name }) => keyOf(run, name)));
    for (const key of this.#entries.keys()) if (!keys.has(key)) this.#entries.delete(key);
    const courses = new Map([...this.state.courses].filter(([key]) => keys.has(key)));
    for (const each of wanted) {
      const key = keyOf(each.run, each.name);
      const entry = this.#entries.get(key);
      if (entry === undefined) {
        this.#entries.set(key, { wanted: each, loadedFor: undefined, next: 0 });
        continue;
      }
      const known = courses.get(key);
      if (known !== undefined && !isSame(entry.wanted, each))
        courses.set(key, append(known, each.last));
      entry.wanted = each;
    }
    const isChanged =
      courses.size !== this.state.courses.size ||
      [...courses].some(([key, course]) => this.state.courses.get(key) !== course);
    if (isChanged) this.update({ courses });
    this.#plan();
  }

  dispose(): void {
    this.#asked.abort();
    this.#entries.clear();
    clearTimeout(this.#timer);
    this.#events?.dispose();
    this.#events = undefined;
  }

  #forget(): void {
    this.#asked.abort();
    this.#asked = new AbortController();
    for (const entry of this.#entries.values()) entry.loadedFor = undefined;
    this.update({ courses: new Map() });
    this.#plan();
  }

  /** Asks for what is due, and comes back when the next is. */
  #plan(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const now = performance.now();
    let soonest = Infinity;
    for (const [key, entry] of this.#entries) {
      const { wanted, loadedFor, next } = entry;
      if (loadedFor !== undefined && isSame(loadedFor, wanted)) continue;
      const due = loadedFor === undefined || wanted.isOver ? 0 : next;
      if (due > now) soonest = Math.min(soonest, due);
      else if (!this.#queue.includes(key)) this.#queue.push(key);
    }
    while (this.#busy < AT_ONCE) {
      const key = this.#queue.shift();
      if (key === undefined) break;
      void this.#load(key);
    }
    if (soonest < Infinity)
      this.#timer = setTimeout(() => {
        this.#plan();
      }, soonest - now);
  }

  async #load(key: string): Promise<void> {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    const { wanted } = entry;
    entry.loadedFor = wanted;
    this.#busy += 1;
    const started = performance.now();
    const { signal } = this.#asked;
    try {
      const { run, name } = wanted;
      const { points, total } = await this.#client.course({ run, name, buckets: BUCKETS }, signal);
      if (signal.aborted || this.#entries.get(key) !== entry) return;
      // What was logged since it was asked for is known, too.
      const course = { points, total };
      const now = isSame(entry.wanted, wanted) ? course : append(course, entry.wanted.last);
      this.update({ courses: new Map(this.state.courses).set(key, now) });
    } catch {
      // Whoever shows the run says that the server is away; the next value asks again.
    } finally {
      this.#busy -= 1;
      const took = performance.now() - started;
      entry.next = started + Math.max(AGAIN_MS, took / SHARE);
      this.#plan();
    }
  }
}

function keyOf(run: string, name: string): string {
  return `${run} ${name}`;
}

function isSame(a: WantedCourse, b: WantedCourse): boolean {
  return (
    a.last.step === b.last.step &&
    a.last.time === b.last.time &&
    Object.is(a.last.value, b.last.value) &&
    a.isOver === b.isOver
  );
}

/** With one value more, unless it is there already. */
function append(course: KnownCourse, point: CoursePoint): KnownCourse {
  const last = course.points[course.points.length - 1];
  if (last !== undefined && !isAfter(point, last)) return course;
  return { points: [...course.points, point], total: course.total + 1 };
}

function isAfter(point: CoursePoint, last: CoursePoint): boolean {
  if (point.step !== last.step) return point.step > last.step;
  return point.time === last.time ? point.value !== last.value : point.time > last.time;
}
