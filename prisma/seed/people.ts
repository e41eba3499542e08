/** The demo's organisation: its projects, and one person for each role. */
import { randomBytes } from 'node:crypto';
import { hashPassword } from '#domain/access/password.ts';
import { type Queryable, row, rows } from '#platform/db.ts';
import { quoteIdentifier } from '#platform/identifier.ts';
import * as sql from './seed.sql.ts';

const PROJECTS = [
  { slug: 'sales', name: 'Sales', zone: 'Asia/Jakarta' },
  { slug: 'support', name: 'Customer support', zone: 'Europe/Berlin' },
  { slug: 'web', name: 'Web shop', zone: null },
  { slug: 'demo', name: 'Nightly chain', zone: 'Europe/Berlin' },
] as const;

export type ProjectSlug = (typeof PROJECTS)[number]['slug'];

export type People = {
  readonly orgId: number;
  readonly adminId: number;
  readonly serviceId: number;
  readonly projects: Readonly<
    Record<ProjectSlug, { readonly id: number; readonly schema: string }>
  >;
  readonly email: string;
  /** Of every person of the demo, so that each role can be tried. */
  readonly password: string;
};

const address = (name: string) => `${name}@demo.example`;

/** Makes organisation, people and projects, each project with its empty warehouse. */
export async function makePeople(tx: Queryable): Promise<People> {
  const password = randomBytes(9).toString('base64url');
  const org = await row(tx, sql.insertOrg, ['demo', 'Honeyframe Demo', 'UTC']);
  const orgId = org!.id;
  const member = async (name: string, role: string, group: string, projectId?: number) => {
    const hash = name === 'service' ? null : await hashPassword(password);
    const values = [orgId, address(name), `Demo ${name}`, hash, group, role, projectId ?? null];
    return (await row(tx, sql.insertMember, values))!.id;
  };
  const adminId = await member('admin', 'admin', 'Administrators');
  const projects = {} as Record<ProjectSlug, { id: number; schema: string }>;
  for (const { slug, name, zone } of PROJECTS) {
    const schema = `wh_${slug}`;
    const project = await row(tx, sql.insertProject, [orgId, slug, name, adminId, zone, schema]);
    await tx.query(`create schema if not exists ${quoteIdentifier(schema)}`);
    projects[slug] = { id: project!.id, schema };
  }
  await member('designer', 'designer', 'Designers');
  await member('analyst', 'analyst', 'Support analysts', projects.support.id);
  await member('viewer', 'viewer', 'Sales viewers', projects.sales.id);
  const serviceId = await member('service', 'designer', 'Services');
  await rows(tx, sql.setDefaultProject, [orgId, projects.sales.id]);
  return { orgId, adminId, serviceId, projects, email: address('admin'), password };
}
