import { expect, test } from 'vitest';
import { tablesIn } from '#domain/flow/table-names.ts';

test.each([
  ['select * from orders', ['orders']],
  ['select * from wh.Orders o join customers as c on true', ['orders', 'customers']],
  ['select * from a x, b as y, "Big Table" where 1 = 1', ['a', 'b', 'Big Table']],
  ['with t as (select 1 from inner_one) select * from t', ['inner_one', 't']],
  [`select 'from nowhere' -- from comment\n/* join c */ from real`, ['real']],
  [
    `select * from {{ ref('mart') }} join {{ source("raw", "orders") }} using (id)`,
    ['mart', 'orders'],
  ],
  ['select extract(day from at) from orders', ['at', 'orders']],
  ['select * from a join b on true left join c on true where x', ['a', 'b', 'c']],
  ['select 1', []],
])('%s', (sql, names) => {
  expect(tablesIn(sql).toSorted()).toEqual(names.toSorted());
});
