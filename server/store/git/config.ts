/**
 * The config of a store's repository. Without a commit-graph: whenever automatic snapshots thin out, commits go that git would go on
 * naming there, and `git fsck` would take them for lost.
 */
export const REPOSITORY_CONFIG = `[core]
	repositoryformatversion = 0
	filemode = false
	bare = true
	commitGraph = false
[gc]
	writeCommitGraph = false
`;
