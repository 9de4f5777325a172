import type { Lineage } from '../../contract/lineage.js';
import { originWords } from '../../contract/origin.js';
import type { Store } from '../store/store.js';
import { Claims } from './claims.js';
import { describeNodes } from './describe.js';
import { findNode } from './find-node.js';
import { parseNodeId } from './ids.js';
import { createLinks, type Links } from './links.js';
import type { Surroundings } from './neighbours.js';
import { findOrigin } from './origin.js';
import { walk, type WalkOptions } from './walk.js';

/** What came of what, in a store: asked again and again, it looks at what has changed since. */
export interface LineageFinder {
  /** The graph around what a text means. Throws not_found, ambiguous_id. */
  around(text: string, options: WalkOptions): Promise<Lineage>;
  /** What runs and models are looked up in. */
  look(): Promise<Surroundings>;
}

export function createLineage(store: Store): LineageFinder {
  const follow: () => Promise<Links> = createLinks(store);
  const look = async (): Promise<Surroundings> => {
    const links = await follow();
    return { store, links, claims: new Claims(store, links) };
  };
  return {
    look,
    around: async (text, options) => {
      const surroundings = await look();
      const focus = await findNode(store, surroundings.links, text);
      const name = parseNodeId(focus);
      if (name === undefined) throw new RangeError(`${focus} is the id of no node`);
      const { nodes: names, edges, totals, left, deeper } = await walk(surroundings, name, options);
      const nodes = await describeNodes(store, surroundings.links, names);
      const [node] = nodes;
      if (node === undefined) throw new RangeError(`${focus} is not in its own lineage`);
      const origin = await findOrigin(surroundings, node);
      return {
        ...{ focus, origin, words: originWords(origin, PLAIN), nodes, edges: [...edges] },
        ...{ totals: Object.fromEntries(totals), left, deeper },
      };
    },
  };
}

/** As the API writes sentences: it does not know where its reader is. */
export const PLAIN: Parameters<typeof originWords>[1] = {
  time: (time) => `${time.slice(0, 10)} ${time.slice(11, 16)} UTC`,
  number: (value) => (typeof value === 'number' ? String(Number(value.toPrecision(4))) : value),
};
