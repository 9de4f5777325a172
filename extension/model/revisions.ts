import type { Revision } from '../../contract/compare.js';
import type { Client } from '../client/client.js';
import { toProblem, type Problem } from './problem.js';
import { Store } from './store.js';

/** What can be chosen: a commit, or a revision as the person wrote it. */
export type RevisionChoice =
  | { readonly kind: 'commit'; readonly revision: Revision }
  | { readonly kind: 'typed'; readonly text: string };

export interface RevisionsState {
  readonly phase: 'loading' | 'ready' | 'failed';
  readonly problem: Problem | undefined;
  /** What was typed: it filters the commits, and may itself be a revision. */
  readonly text: string;
  readonly choices: readonly RevisionChoice[];
  /** The place of the chosen one among the choices. */
  readonly chosen: number;
  /** Whether there are commits at all. */
  readonly any: boolean;
  /** Whether a git repository surrounds the notebook. */
  readonly repository: boolean;
}

/** The commits that touched a notebook, to choose one from, or any other revision by its name. */
export class RevisionsModel extends Store<RevisionsState> {
  readonly #client: Pick<Client, 'revisions'>;
  #all: readonly Revision[] = [];

  constructor(client: Pick<Client, 'revisions'>) {
    super({
      phase: 'loading',
      problem: undefined,
      text: '',
      choices: [],
      chosen: 0,
      any: false,
      repository: true,
    });
    this.#client = client;
  }

  /** Loads the commits of a notebook. */
  async load(path: string): Promise<void> {
    try {
      const { revisions, repository } = await this.#client.revisions(path);
      this.#all = revisions;
      this.update({ phase: 'ready', any: revisions.length > 0, repository });
      this.search(this.state.text);
    } catch (error) {
      this.update({ phase: 'failed', problem: toProblem(error) });
    }
  }

  /** Shows the commits that a text occurs in, by subject, author, hash or time, and offers the text itself as a revision. */
  search(text: string): void {
    this.update({ text, choices: findChoices(this.#all, text), chosen: 0 });
  }

  /** Chooses by place. */
  choose(chosen: number): void {
    const { choices } = this.state;
    this.update({ chosen: Math.max(0, Math.min(choices.length - 1, chosen)) });
  }

  /** The revision that is chosen, as git understands it; undefined while there is none. */
  get revision(): string | undefined {
    const choice = this.state.choices[this.state.chosen];
    return choice?.kind === 'typed' ? choice.text : choice?.revision.commit;
  }
}

function findChoices(all: readonly Revision[], text: string): readonly RevisionChoice[] {
  const wanted = text.trim();
  const words = wanted.toLowerCase().split(/\s+/);
  const commits = all
    .filter(({ commit, time, author, subject }) => {
      const searched = `${subject} ${author} ${commit} ${time}`.toLowerCase();
      return words.every((word) => searched.includes(word));
    })
    .map((revision): RevisionChoice => ({ kind: 'commit', revision }));
  // A revision has no blanks; what has some can only be a search.
  if (wanted === '' || /\s/.test(wanted)) return commits;
  return [...commits, { kind: 'typed', text: wanted }];
}
