import type { VersionComparison, VersionData, VersionFile } from '../../contract/models.js';
import type { Store } from '../store/store.js';
import { compareMetrics, compareParams } from '../tracking/compared-values.js';
import { metricsOf, paramsOf, readData, toVersionRow, type VersionFacts } from './version-facts.js';

/** Two versions of one registered model beside one another. */
export async function compareVersions(
  store: Store,
  base: VersionFacts,
  head: VersionFacts,
): Promise<VersionComparison> {
  const metrics = compareMetrics([toValues(base)], [toValues(head)]);
  const params = compareParams([toValues(base)], [toValues(head)]);
  const differ = <Value extends { base: string | null; head: string | null }>(
    values: readonly Value[],
  ): Value[] => values.filter((value) => value.base !== value.head);
  const [left, right] = [await readData(store, base.run), await readData(store, head.run)];
  return {
    name: head.model.name,
    base: toVersionRow(base),
    head: toVersionRow(head),
    diff:
      base.snapshot === undefined || head.snapshot === undefined
        ? null
        : { base: base.snapshot.id, head: head.snapshot.id },
    metrics: differ(metrics),
    params: differ(params),
    same: {
      metrics: metrics.length - differ(metrics).length,
      params: params.length - differ(params).length,
    },
    data: pair(left, right, ({ name, context }) => JSON.stringify([name, context])).map(
      ([from, to]): VersionComparison['data'][number] => ({
        ...{ name: (to ?? from)?.name ?? '', context: (to ?? from)?.context ?? '' },
        ...{ base: from, head: to, same: isSame(from, to, ({ digest }: VersionData) => digest) },
      }),
    ),
    files: pair(base.files, head.files, ({ name }) => name).map(
      ([from, to]): VersionComparison['files'][number] => ({
        ...{ name: (to ?? from)?.name ?? '' },
        ...{ base: from, head: to, same: isSame(from, to, ({ sha256 }: VersionFile) => sha256) },
      }),
    ),
  };
}

type Values = Parameters<typeof compareMetrics>[0][number];

function toValues(facts: VersionFacts): Values {
  const metrics = Object.entries(metricsOf(facts)).map(
    ([name, value]) => [name, { value, step: 0, time: 0 }] as const,
  );
  return { metrics: Object.fromEntries(metrics), params: paramsOf(facts) };
}

/** Those of both sides by what they are called; what only one side has is null on the other. */
function pair<Item>(
  base: readonly Item[],
  head: readonly Item[],
  toKey: (item: Item) => string,
): readonly (readonly [Item | null, Item | null])[] {
  const left = new Map(base.map((item) => [toKey(item), item]));
  const right = new Map(head.map((item) => [toKey(item), item]));
  return [...new Set([...left.keys(), ...right.keys()])].map(
    (key) => [left.get(key) ?? null, right.get(key) ?? null] as const,
  );
}

function isSame<Item>(base: Item | null, head: Item | null, read: (item: Item) => string): boolean {
  return base !== null && head !== null && read(base) === read(head);
}
