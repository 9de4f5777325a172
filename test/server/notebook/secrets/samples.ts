/** A notebook's file of one code cell; anything may stand in its outputs. */
export function notebookOf(source: string | string[], outputs: readonly object[] = []): Buffer {
  const cell = { cell_type: 'code', execution_count: 1, id: 'a', metadata: {}, outputs, source };
  const notebook = { cells: [cell], metadata: {}, nbformat: 4, nbformat_minor: 5 };
  return Buffer.from(`${JSON.stringify(notebook, undefined, 1)}\n`);
}

export function stream(...text: string[]): object {
  return { output_type: 'stream', name: 'stdout', text };
}

export function display(data: Readonly<Record<string, unknown>>): object {
  return { output_type: 'display_data', metadata: {}, data };
}

/** Letters and digits as random as a key's, the same each time: no sample stands in the repository as a scanner would take it. */
export function keyOf(length: number, letters = 'aB3xK9mQ7rT2wZ5cV8nH4jL6pD1sF0gY'): string {
  let state = 12345;
  return Array.from({ length }, () => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return letters.charAt((state >> 8) % letters.length);
  }).join('');
}

/** The first or last line of a private key. */
export function edgeOf(side: 'BEGIN' | 'END'): string {
  return ['-----', side, ' ', 'PRIVATE', ' KEY-----'].join('');
}

const HEX = '0123456789abcdef';
const UPPER = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** Of each kind a text that is one, and one that only looks so. */
export const SAMPLES: readonly (readonly [rule: string, real: string, other: string])[] = [
  ['github-pat', `ghp_${keyOf(36)}`, `ghp_${keyOf(20)}`],
  ['github-fine-grained-pat', `github_pat_${keyOf(82)}`, 'github_pat_ is how it begins'],
  ['gitlab-pat', `glpat-${keyOf(20)}`, 'glpat-short'],
  ['aws-access-token', `AKIA${keyOf(16, UPPER)}`, `AKIA${'A'.repeat(9)}EXAMPLE`],
  ['gcp-api-key', `AIza${keyOf(35)}`, 'AIzaSy and so on'],
  [
    'slack-bot-token',
    `xoxb-${keyOf(10, '1234567890')}-${keyOf(10, '0987654321')}-${keyOf(24)}`,
    'xoxb-…',
  ],
  ['stripe-access-token', `sk_live_${keyOf(24)}`, 'task_live_wire_is_longer_than_that'],
  ['huggingface-access-token', `hf_${keyOf(34, 'abXcdYefZghQijWkl')}`, 'hf_hub_download(repo)'],
  ['jwt', `eyJ${keyOf(20)}.eyJ${keyOf(30)}.${keyOf(43)}`, 'eyelash.eyesight.example'],
  ['npm-access-token', `npm_${keyOf(36)}`, 'npm_config_registry'],
  ['databricks-api-token', `dapi${keyOf(32, HEX)}`, 'dapi is an interface'],
  ['generic-api-key', `password = "${keyOf(24)}"`, 'password = "correct-horse-battery"'],
  ['generic-api-key', `{'api_key': '${keyOf(32)}'}`, "{'primary_key': 'customer_id_of_the_table'}"],
  [
    'private-key',
    `${edgeOf('BEGIN')}\n${keyOf(64)}\n${keyOf(64)}\n${edgeOf('END')}`,
    `-----BEGIN PUBLIC KEY-----\n${keyOf(64)}\n-----END PUBLIC KEY-----`,
  ],
];
