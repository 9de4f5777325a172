import type { Json, JsonObject } from './json-value.js';
import { isArray, isObject } from './json-value.js';

/** A bundle without what each run makes anew though nothing else differs: the times of its points, and the random ids of runs. */
export function stripChance(value: Json): Json {
  if (!isObject(value)) return value;
  const stripped = new Map(value);
  const run = value.get('run');
  if (run !== undefined && isObject(run))
    stripped.set('run', without(without(run, 'id'), 'parent'));
  const metrics = value.get('metrics');
  if (metrics !== undefined && isObject(metrics))
    stripped.set(
      'metrics',
      new Map([...metrics].map(([name, points]) => [name, stripTimes(points)])),
    );
  return stripped;
}

function stripTimes(points: Json): Json {
  if (!isArray(points)) return points;
  return points.map((point) => (isObject(point) ? without(point, 'time') : point));
}

function without(object: JsonObject, name: string): JsonObject {
  return new Map([...object].filter(([each]) => each !== name));
}
