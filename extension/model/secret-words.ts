import type { FoundSecret } from '../../contract/secrets.js';
import type { SecretNotice, SecretOutcome } from './notices.js';

/** Rules whose names say too little, or say it in a scanner's words. */
const NAMES: Readonly<Record<string, string>> = {
  'generic-api-key': 'key or password',
  'aws-access-token': 'AWS access key',
  'aws-amazon-bedrock-api-key-long-lived': 'Amazon Bedrock API key',
  'aws-amazon-bedrock-api-key-short-lived': 'Amazon Bedrock API key',
  'azure-ad-client-secret': 'Azure client secret',
  'curl-auth-header': 'token in a call of curl',
  'curl-auth-user': 'password in a call of curl',
  'flyio-access-token': 'Fly.io access token',
  'frameio-api-token': 'Frame.io API token',
  'harness-api-key': 'Harness access token',
  jwt: 'JSON Web Token',
  'jwt-base64': 'JSON Web Token',
  'notion-api-token': 'Notion API token',
  'sentry-access-token': 'Sentry token',
  'sentry-org-token': 'Sentry token',
  'sentry-user-token': 'Sentry token',
  purged: 'text that was purged',
};

/** Words of a rule's name that are nobody's name. */
const PLAIN = new Set(
  `access admin agent app app-level application auth authentication bot client config configuration
  cookie custom encryption feature fine-grained flag header insert job key legacy license long-lived
  organization personal pipeline private public publishable refresh registration runner secret service
  session shared short-lived signing token trigger upload user validation webhook workspace`.split(
    /\s+/,
  ),
);

/** What a secret is called, with its article: "a GitHub personal access token", "an AWS access key". */
export function nameSecret({ rule, name }: Pick<FoundSecret, 'rule' | 'name'>): string {
  // "(routable)" and the like tell apart what is one thing to a person.
  const words =
    NAMES[rule] ??
    name
      .replace(/ \(.*\)$/, '')
      .split(' ')
      .map(toPlain)
      .join(' ');
  return `${/^(?:[aeio]|npm )/i.test(words) ? 'an' : 'a'} ${words}`;
}

function toPlain(word: string): string {
  const plain = word.toLowerCase();
  return PLAIN.has(plain) ? plain : word;
}

/** Where a secret stands: "the source of cell 2", "the output of cell 3"; cells count from 1. */
export function placeSecret({ place, index, output }: FoundSecret): string {
  const cell = `cell ${String(index + 1)}`;
  switch (place) {
    case 'file':
      return 'the file';
    case 'source':
      return `the source of ${cell}`;
    case 'metadata':
      return index < 0 ? 'the notebook’s metadata' : `the metadata of ${cell}`;
    case 'output':
      return output === null || output === 0
        ? `the output of ${cell}`
        : `output ${String(output + 1)} of ${cell}`;
  }
}

/** What was found, where, what was done about it, and what to do; once it is said to be none, what that changes. */
export function describeSecret(notice: SecretNotice): string {
  const { outcome, secret, answer } = notice;
  return answer.kind === 'allowed'
    ? `You said that ${nameSecret(secret)} in ${placeSecret(secret)} is no secret. ${CHANGES[outcome]}`
    : `${summarizeSecret(notice)} ${adviceOn(outcome, secret)}`.trimEnd();
}

/** What was found, where, and what was done about it. */
export function summarizeSecret({ outcome, secret }: SecretNotice): string {
  const what = `${nameSecret(secret)} in ${placeSecret(secret)}`;
  return `${what.charAt(0).toUpperCase()}${what.slice(1)} ${OUTCOMES[outcome]}`;
}

const OUTCOMES: Readonly<Record<SecretOutcome, string>> = {
  redacted: 'was left out of the version.',
  kept: 'is kept.',
  refused: 'is why no version is kept.',
};

const CHANGES: Readonly<Record<SecretOutcome, string>> = {
  redacted: 'From now on versions keep it. Those that are kept already stay as they are.',
  kept: 'From now on you are not told of it.',
  refused: 'From now on versions that hold it are kept.',
};

function adviceOn(outcome: SecretOutcome, { place }: FoundSecret): string {
  switch (outcome) {
    case 'redacted':
      return '';
    case 'kept':
      return place === 'source'
        ? 'Remove it from the code, and run “cellar purge” to take it out of the versions.'
        : '“cellar purge” takes it out of the versions.';
    case 'refused':
      return 'Remove it, then run the cell or save.';
  }
}
