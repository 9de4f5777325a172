/** The MIME type by which a kernel of any language hands metrics, params and artifacts to Cellar (docs/bundle.md). Apart from the schema, which takes time to load. */
export const BUNDLE_MIME = 'application/vnd.cellar.v1+json';
