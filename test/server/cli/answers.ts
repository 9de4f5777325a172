export interface Kept {
  readonly id: string;
  readonly time: string;
  readonly notebook: string;
  readonly created: boolean;
}
export interface Log {
  readonly snapshots: readonly {
    readonly id: string;
    readonly trigger: string;
    readonly message: string | null;
    readonly runs: readonly { metrics: object; params: object }[];
    readonly artifacts: readonly unknown[];
  }[];
}
