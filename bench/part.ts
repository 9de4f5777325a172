/** One line of a bench: what was measured, the figure, and the goal with whether it was met. */
export interface Row {
  readonly what: string;
  readonly figure: string;
  readonly goal?: { readonly text: string; readonly met: boolean };
}

/** One part of a bench, in a file of its own. `quick` asks for the same rows from a small store, to see that it runs. */
export interface Part {
  readonly name: string;
  run(quick: boolean): Promise<readonly Row[]>;
}
