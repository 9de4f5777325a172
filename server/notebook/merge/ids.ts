import type { Json, JsonObject } from '../json-value.js';
import { joinText } from '../read.js';
import { hashText } from '../values.js';

/** From this minor on every cell of nbformat 4 has an id. */
const WITH_IDS = 5;
const VALID = /^[a-zA-Z0-9_-]{1,64}$/;

/** The cells with ids as the format wants them: each its own from 4.5 on, none before. Missing ones are made of source and place. */
export function giveIds(cells: readonly JsonObject[], minor: number): readonly JsonObject[] {
  if (minor < WITH_IDS)
    return cells.map((cell) =>
      cell.has('id') ? new Map([...cell].filter(([name]) => name !== 'id')) : cell,
    );
  const used = new Set<Json>();
  const keeps = cells.map((cell) => {
    const id = cell.get('id');
    const keep = typeof id === 'string' && VALID.test(id) && !used.has(id);
    if (keep) used.add(id);
    return keep;
  });
  return cells.map((cell, n) => {
    if (keeps[n] === true) return cell;
    const source = joinText(cell.get('source') ?? '') ?? '';
    for (let turn = 0; ; turn++) {
      const id = hashText(`${n} ${turn} ${source}`).slice(0, 8);
      if (used.has(id)) continue;
      used.add(id);
      return new Map(cell).set('id', id);
    }
  });
}
