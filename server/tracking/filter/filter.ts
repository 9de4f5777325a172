/** What a comparison asks for, e.g. `` metrics.`val/acc` ``. */
export interface Field {
  /** The word before the first dot, in lower case; undefined where there is none. */
  readonly entity: string | undefined;
  readonly key: string;
  /** As it was written, for messages. */
  readonly text: string;
}

export type Operator = '=' | '!=' | '<' | '<=' | '>' | '>=' | 'LIKE' | 'ILIKE';
export type Operand = string | number | boolean;

/** A condition on one row. All of nothing holds of every row. */
export type Filter =
  | {
      readonly kind: 'comparison';
      readonly field: Field;
      readonly operator: Operator;
      readonly value: Operand;
    }
  | {
      readonly kind: 'among';
      readonly field: Field;
      readonly values: readonly Operand[];
      readonly outside: boolean;
    }
  | { readonly kind: 'presence'; readonly field: Field; readonly present: boolean }
  | { readonly kind: 'all'; readonly of: readonly Filter[] }
  | { readonly kind: 'any'; readonly of: readonly Filter[] }
  | { readonly kind: 'not'; readonly of: Filter };

/** One key of an order. */
export interface OrderBy {
  readonly field: Field;
  readonly descending: boolean;
}

export interface ParsedFilter {
  readonly filter: Filter;
  /** What of it MLflow's grammar does not have: OR, NOT, parentheses. */
  readonly extensions: readonly string[];
}
