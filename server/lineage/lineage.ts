import { basename } from 'node:path';

import { lineageWords, type Lineage, type OpenLineageEvent } from '../../contract/lineage.js';
import type { OriginFormat } from '../../contract/origin.js';
import type { Store } from '../store/store.js';
import { Claims } from './claims.js';
import { describeNodes, type FindPage } from './describe.js';
import { findNode } from './find-node.js';
import { parseNodeId } from './ids.js';
import { createLinks, type Links } from './links.js';
import type { Surroundings } from './neighbours.js';
import { findOrigin } from './origin.js';
import { toOpenLineage } from './openlineage.js';
import { walk, type Walked, type WalkOptions } from './walk.js';

/** What came of what, in a store: asked again and again, it looks at what has changed since. */
export interface LineageFinder {
  /** The graph around what a text means. Throws not_found, ambiguous_id. */
  around(text: string, options: WalkOptions): Promise<Lineage>;
  /** The runs of that graph as OpenLineage has them. Throws the same. */
  events(text: string, options: WalkOptions): Promise<OpenLineageEvent[]>;
  /** What runs and models are looked up in. */
  look(): Promise<Surroundings>;
}

/** `pages` finds where the pages of entries elsewhere are. */
export function createLineage(store: Store, pages: () => Promise<FindPage>): LineageFinder {
  const follow: () => Promise<Links> = createLinks(store);
  const look = async (): Promise<Surroundings> => {
    const links = await follow();
    return { store, links, claims: new Claims(store, links) };
  };
  const find = async (text: string, options: WalkOptions): Promise<Found> => {
    const surroundings = await look();
    const focus = await findNode(store, surroundings.links, text);
    const name = parseNodeId(focus);
    if (name === undefined) throw new RangeError(`${focus} is the id of no node`);
    return { surroundings, focus, walked: await walk(surroundings, name, options) };
  };
  return {
    look,
    events: async (text, options) => {
      const { surroundings, walked } = await find(text, options);
      const runs = walked.nodes.flatMap(({ kind, own }) =>
        kind === 'run' ? (surroundings.links.run(own) ?? []) : [],
      );
      return toOpenLineage(surroundings, runs, `cellar://${basename(store.places.root)}`);
    },
    around: async (text, options) => {
      const { surroundings, focus, walked } = await find(text, options);
      const { nodes: names, edges, totals, left, deeper } = walked;
      const nodes = await describeNodes(store, surroundings.links, {
        names,
        findPage: await pages(),
      });
      const [node] = nodes;
      if (node === undefined) throw new RangeError(`${focus} is not in its own lineage`);
      const origin = await findOrigin(surroundings, node);
      return {
        ...{ focus, origin, nodes, edges: [...edges], left, deeper },
        totals: Object.fromEntries(totals),
        words: lineageWords({ focus, origin, totals: Object.fromEntries(totals) }, PLAIN),
      };
    },
  };
}

interface Found {
  readonly surroundings: Surroundings;
  readonly focus: string;
  readonly walked: Walked;
}

/** As the API writes sentences: it does not know where its reader is. */
export const PLAIN: OriginFormat = {
  time: (time) => `${time.slice(0, 10)} ${time.slice(11, 16)} UTC`,
  number: (value) => (typeof value === 'number' ? String(Number(value.toPrecision(4))) : value),
};
