/** The largest notebook that is read, in bytes. */
export const MAX_NOTEBOOK_BYTES = 512 * 1024 * 1024;

/** The largest JSON body of a request other than one that carries a notebook, in bytes. */
export const MAX_BODY_BYTES = 1024 * 1024;

/** The longest message of a snapshot, in UTF-16 code units. */
export const MAX_MESSAGE_LENGTH = 4096;

/** Values of at most this many UTF-16 code units stand in a diff themselves; longer ones are named by hash. */
export const MAX_INLINE_LENGTH = 8192;

/** The most rows of a history that one request returns. */
export const MAX_PAGE_ROWS = 500;

/** The largest file that the artifact globs take by themselves, in bytes; larger ones are kept when named. */
export const MAX_FOUND_ARTIFACT_BYTES = 2 * 1024 * 1024 * 1024;
