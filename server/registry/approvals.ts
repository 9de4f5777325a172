import type { Approval, ApprovalRule, Standing } from '../../contract/models.js';
import { CellarError } from '../errors.js';
import type { Store } from '../store/store.js';
import { changeVersion } from './change-versions.js';
import { getVersion, type ModelVersion, type VersionName } from './model-versions.js';
import { getRegistered, type RegisteredModel } from './registered-models.js';
import type { Actor, Registry } from './registry.js';
import { findVersionFiles, hashFiles } from './version-files.js';

/** Throws forbidden where an alias may not move to a version before more persons have approved it; the message says who, and where. */
export async function checkApproved(
  registry: Registry,
  { name, rule }: RegisteredModel,
  version: ModelVersion,
  alias: string,
): Promise<void> {
  if (rule === null || !asksFor(rule, alias)) return;
  const { missing, waiting } = judge(rule, version, await hashNow(registry.history.store, version));
  if (missing === 0) return;
  const named = `${JSON.stringify(name)} version ${version.version}`;
  const who =
    waiting.length === 0
      ? 'Nobody who may is left: the owner can change who approves.'
      : `${missing} more of ${waiting.join(', ')} must approve it first.`;
  const where = registry.pageOf({ name, version: version.version });
  throw new CellarError(
    'approval_needed',
    `The alias ${JSON.stringify(alias)} cannot move to ${named} without approval. ${who} They do it at ${where}`,
  );
}

/** Whether an alias moves by a rule alone: also one that people would take for one of the rule's, such as "Champion" for "champion". */
export function asksFor({ aliases }: ApprovalRule, alias: string): boolean {
  return aliases.some((each) => fold(each) === fold(alias));
}

function fold(alias: string): string {
  return alias.normalize('NFKC').toLowerCase();
}

/** How a version stands to the rule of its registered model, for whoever asks. */
export async function findStanding(
  store: Store,
  model: RegisteredModel,
  version: ModelVersion,
  actor: Actor,
): Promise<Standing> {
  const judged = judge(model.rule, version, await hashNow(store, version));
  const why = whyNot(model.rule, version, actor);
  const own = version.approvals.some(({ person }) => person !== '' && person === actor.person);
  return { ...judged, own, mayApprove: why === undefined, why: why ?? null };
}

/** Approves a version as it is now, by the person who asks; a second time puts the comment anew. Throws not_found, forbidden. */
export async function approve(
  registry: Registry,
  actor: Actor,
  name: VersionName,
  comment: string,
): Promise<void> {
  const { store } = registry.history;
  const { rule } = await getRegistered(store, name.name);
  return changeVersion(registry, actor, name, async (version) => {
    const why = whyNot(rule, version, actor);
    if (why !== undefined) throw new CellarError('forbidden', why);
    const { person } = actor;
    const sha256 = await hashNow(store, version);
    return {
      version: {
        ...version,
        approvals: [
          ...version.approvals.filter((each) => each.person !== person),
          { person, given: store.now(), comment, sha256 },
        ],
      },
      moves: [{ kind: 'approved', ...(comment === '' ? {} : { comment }) }],
    };
  });
}

/** Takes the approval of the person who asks back; an alias that has moved stays where it is. Throws not_found. */
export async function withdraw(registry: Registry, actor: Actor, name: VersionName): Promise<void> {
  const { approvals } = await getVersion(registry.history.store, name);
  if (!approvals.some(({ person }) => person === actor.person))
    throw new CellarError(
      'not_found',
      `${actor.person === '' ? 'Somebody without a name' : actor.person} has not approved ${JSON.stringify(name.name)} version ${name.version}.`,
    );
  return changeVersion(registry, actor, name, (version) => ({
    version: {
      ...version,
      approvals: version.approvals.filter(({ person }) => person !== actor.person),
    },
    moves: [{ kind: 'approval withdrawn' }],
  }));
}

/** The one place that says what counts. A review's verdict will be one more approval here. */
function judge(
  rule: ApprovalRule | null,
  version: ModelVersion,
  sha256: string,
): Pick<Standing, 'approvals' | 'missing' | 'waiting'> {
  const approvals = version.approvals.map((given): Approval => {
    const why = whyUncounted(rule, version, {
      person: given.person,
      changed: given.sha256 !== sha256,
    });
    const { person, given: time, comment } = given;
    return { person, time, comment, counts: why === undefined, why: why ?? null };
  });
  if (rule === null) return { approvals, missing: 0, waiting: [] };
  const counting = approvals.filter(({ counts }) => counts).map(({ person }) => person);
  const waiting = rule.persons.filter(
    (listed) =>
      !counting.some((person) => isPerson(listed, person)) &&
      (rule.own || version.by === '' || !isPerson(listed, version.by)),
  );
  // One person who is listed twice, by name and by address, is one still.
  const given = rule.persons.filter((listed) =>
    counting.some((person) => isPerson(listed, person)),
  );
  const people = Math.min(given.length, counting.length);
  return { approvals, missing: Math.max(0, rule.needed - people), waiting };
}

function whyUncounted(
  rule: ApprovalRule | null,
  version: ModelVersion,
  { person, changed }: { readonly person: string; readonly changed: boolean },
): string | undefined {
  if (changed) return 'The files have changed since.';
  if (rule === null) return undefined;
  if (!rule.persons.some((listed) => isPerson(listed, person)))
    return 'Is not asked for approval any more.';
  return !rule.own && isPerson(person, version.by) ? 'Has registered the version.' : undefined;
}

function whyNot(
  rule: ApprovalRule | null,
  version: ModelVersion,
  { person, grant }: Actor,
): string | undefined {
  if (grant === 'kernel')
    return 'Code in a notebook approves nothing: a person does, on the page of the version.';
  if (person === '')
    return 'To approve, open the page by a link that is made for you by name: ask the owner of this store for one.';
  if (rule === null) return undefined;
  if (!rule.persons.some((listed) => isPerson(listed, person)))
    return `Not ${person.replace(/ *<.*/, '')}, but ${rule.persons.join(', ')} may approve this model.`;
  if (!rule.own && isPerson(person, version.by))
    return `${person} has registered this version: somebody else must approve it.`;
  return undefined;
}

/** Whether two name one person, each as "Anna", "anna@example.org" or "Anna <anna@example.org>". */
function isPerson(one: string, other: string): boolean {
  const names = namesOf(other);
  return namesOf(one).some((name) => names.includes(name));
}

function namesOf(person: string): readonly string[] {
  const [, name = person, address = ''] = /^(.*?)\s*<([^>]*)>$/.exec(person) ?? [];
  return [name, address].map((each) => each.trim().toLowerCase()).filter((each) => each !== '');
}

async function hashNow(store: Store, version: ModelVersion): Promise<string> {
  return hashFiles(await findVersionFiles(store, version));
}
