/** Who says it, as OpenLineage asks for it: an URI. */
export const PRODUCER = 'urn:cellar:jupyterlab-cellar';

/** Facets as the OpenLineage project publishes them, each with its version; and the one of our own. */
const SCHEMAS = {
  ParentRunFacet: '1-2-0',
  ExecutionParametersRunFacet: '1-0-0',
  TagsRunFacet: '1-0-0',
  JobTypeJobFacet: '2-0-4',
  SchemaDatasetFacet: '1-2-0',
  DatasourceDatasetFacet: '1-0-1',
  DatasetVersionDatasetFacet: '1-0-1',
  InputStatisticsInputDatasetFacet: '1-0-0',
  OutputStatisticsOutputDatasetFacet: '1-0-2',
} as const;

/** A facet with who says it, and the schema that it follows. */
export function facet(
  name: keyof typeof SCHEMAS | 'cellar',
  fields: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const schema =
    name === 'cellar'
      ? 'urn:cellar:openlineage:run-facet:1'
      : `https://openlineage.io/spec/facets/${SCHEMAS[name]}/${name}.json#/$defs/${name}`;
  return { _producer: PRODUCER, _schemaURL: schema, ...fields };
}
