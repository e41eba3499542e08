/** Asks a project's warehouse what a person wrote in SQL, on a login that may read this one schema. */
export type Column = {
  readonly name: string;
  readonly type: 'number' | 'text' | 'date' | 'timestamp' | 'boolean';
};

/** Numbers that JavaScript cannot hold exactly, NaN and Infinity come as text; dates as `2026-11-25`, timestamps
 *  as `2026-11-25T14:30:00`, those with a zone with the offset that was in force in the asked zone. */
export type Cell = string | number | boolean | null;

export type Answer = {
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly Cell[])[];
  /** Whether there were more rows than the cap. */
  readonly truncated: boolean;
};

export type Warehouse = {
  /** @param period `{{ from }}` and `{{ to }}`; without it all time. `zone`: of the session, UTC by default.
   *  @throws WarehouseError in words for whoever wrote the SQL; the signal's reason once it is aborted. */
  query(
    schema: string,
    sql: string,
    period: { readonly from?: Date; readonly to?: Date; readonly zone?: string },
    options: { readonly signal: AbortSignal },
  ): Promise<Answer>;
};
