/** Types of PostgreSQL by the names that we store and show. */

/** format_type's long names made short: `timestamp(3) with time zone` → `timestamptz(3)`. */
export function shortType(type: string): string {
  return type.replace(
    /^(timestamp|time)(\(\d\))? (with|without) time zone/,
    (_all, name: string, digits = '', zone: string) =>
      `${name}${zone === 'with' ? 'tz' : ''}${digits}`,
  );
}

const KEPT = new Set([
  ...['int2', 'int4', 'int8', 'numeric', 'float4', 'float8', 'bool', 'date', 'timestamp'],
  ...[
    'timestamptz',
    'time',
    'timetz',
    'interval',
    'uuid',
    'jsonb',
    'bytea',
    'inet',
    'cidr',
    'macaddr',
  ],
]);

/** The type in which a column of another PostgreSQL arrives. What is not kept comes as text: enums and
 *  composites are not defined here, and a type without equality (xml, point) could not be merged. */
export function carriedType(given: { type: string; typeName: string; typeKind: string }): string {
  if (given.typeKind === 'b' && KEPT.has(given.typeName)) return shortType(given.type);
  return given.typeName === 'json' ? 'jsonb' : 'text';
}
