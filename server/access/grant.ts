/** What a caller may do: an owner everything, a viewer read, a kernel hand in files, and log with MLflow's client. */
export type Grant = 'owner' | 'viewer' | 'kernel';

/** How the caller proved it: cookies and the proxy are sent by a browser on its own, so their writes need our header. */
export type Proof = 'bearer' | 'cookie' | 'proxy';

export interface Caller {
  readonly grant: Grant;
  readonly proof: Proof;
  /** Jupyter's id of the kernel whose own token it was. */
  readonly kernel?: string;
  /** Whom a login link was made for, by name; undefined for the owner, who is known elsewhere, and for who is nobody in particular. */
  readonly person?: string | undefined;
}
