import type { NotebookRow } from './rows.js';

/** Notebooks by id, by path, and by the paths they had. */
export class NotebookTable {
  private readonly byId = new Map<string, NotebookRow>();
  private readonly byPath = new Map<string, string>();
  private readonly formerly = new Map<string, string>();

  get size(): number {
    return this.byId.size;
  }

  find(id: string): NotebookRow | undefined {
    return this.byId.get(id);
  }

  all(): NotebookRow[] {
    return [...this.byId.values()];
  }

  findAt(path: string): NotebookRow | undefined {
    return this.byId.get(this.byPath.get(path) ?? '');
  }

  /** The notebook at a path, else the one that had it last. */
  findByPath(path: string): NotebookRow | undefined {
    return this.findAt(path) ?? this.byId.get(this.formerly.get(path) ?? '');
  }

  /** False when the row that is there is newer: then it stays. */
  put(row: NotebookRow): boolean {
    const old = this.byId.get(row.id);
    if (old !== undefined && old.number > row.number) return false;
    this.byId.set(row.id, row);
    if (old !== undefined && old.path !== row.path) this.release(old);
    this.claim(this.byPath, row, row.path);
    for (const path of row.formerPaths) this.claim(this.formerly, row, path);
    return true;
  }

  delete(id: string): void {
    const old = this.byId.get(id);
    if (old === undefined) return;
    this.byId.delete(id);
    this.release(old);
    for (const path of old.formerPaths) {
      if (this.formerly.get(path) !== id) continue;
      this.formerly.delete(path);
      for (const other of this.byId.values())
        if (other.formerPaths.includes(path)) this.claim(this.formerly, other, path);
    }
  }

  /** One that this had been moved over has its path again, as it would after a restart. */
  private release(old: NotebookRow): void {
    if (this.byPath.get(old.path) !== old.id) return;
    this.byPath.delete(old.path);
    for (const other of this.byId.values())
      if (other.path === old.path) this.claim(this.byPath, other, other.path);
  }

  /** Gives a path to a notebook unless one that changed later has it: so the order in which rows come does not matter. */
  private claim(paths: Map<string, string>, row: NotebookRow, path: string): void {
    const rival = this.byId.get(paths.get(path) ?? '');
    if (rival === undefined || rival.number <= row.number) paths.set(path, row.id);
  }
}
