import type { RanOn } from '../../contract/environment.js';

/** What something ran on, as names with what is said of them. */
export function ranOnFacts({
  python,
  platform,
  packages,
  git,
}: RanOn): readonly (readonly [name: string, words: string])[] {
  return [
    ['Python', python],
    ...(platform === '' ? [] : [['platform', platform] as const]),
    ['packages', String(packages)],
    ...(git === null
      ? []
      : [
          [
            'git',
            `${git.commit.slice(0, 10)}${git.dirty === true ? ', changed since' : ''}`,
          ] as const,
        ]),
  ];
}
