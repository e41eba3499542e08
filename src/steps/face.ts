/** How a step kind shows itself in GraphQL: its own fields by name, in camelCase, each with its type. The
 *  schema makes of it one object type to read and one entry of the step input to write; names on the wire and
 *  descriptions are those of the kind's configuration. Plain data, for nothing here may load a GraphQL
 *  library: workers read these folders too. */

/** A field holds a value of this type, or a template that becomes one when the run is made. A `ref` is a slug
 *  or a number. */
export type FieldType = 'text' | 'ref' | 'int' | 'float' | 'boolean' | 'list' | 'json';

export type StepFace = Readonly<Record<string, FieldType>>;
