/**
 * From events of other programs to events of Lorekeep: GA4, Segment, Snowplow, OpenSearch UBI, and
 * descriptions of your own.
 *
 * @module @lorekeep/datasets/mappings
 */
export type { MappingDescription, Paths } from './description.ts';
export { createMapping, type IgnoredName, type Mapped, type MappedEvent, type Mapping } from './mapping.ts';
export { DESCRIPTIONS, isSource, MAPPED_SOURCES, type MappedSource, mappingOf } from './sources.ts';
