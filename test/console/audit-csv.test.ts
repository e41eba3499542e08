/** The audit log as a table for spreadsheets. */
import { parse } from 'csv-parse/sync';
import { expect, test } from 'vitest';
import { csvOf } from '../../src/console/screens/settings/audit/csv.ts';

const entry = {
  id: 'AuditEntry:1',
  at: '2026-11-25T22:00:00.000Z',
  user: { id: 'User:7', name: 'Ada "the" Operator, senior', email: 'ada@example.com' },
  action: 'project.update',
  resourceType: 'project',
  resourceId: '3',
  before: { name: 'Sales' },
  after: { name: 'Sales\nof the north' },
  address: '127.0.0.1',
};

test('it reads back as it was, quotes, commas and line ends included', () => {
  const [row, system] = parse(
    csvOf([entry, { ...entry, user: null, before: null, address: null }]),
    { columns: true },
  ) as Record<string, string>[];
  expect(row).toMatchObject({ who: entry.user.name, action: 'project.update', resource_id: '3' });
  expect(JSON.parse(row!['after']!)).toEqual(entry.after);
  expect(system).toMatchObject({ who: '', before: '', address: '' });
});

test('a name that a spreadsheet would take for a formula is no formula', () => {
  const user = { ...entry.user, name: '=HYPERLINK("https://example.com")' };
  const [row] = parse(csvOf([{ ...entry, user }]), { columns: true }) as Record<string, string>[];
  expect(row!['who']).toBe(`'${user.name}`);
});
