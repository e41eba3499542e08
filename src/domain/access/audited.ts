/** All that the audit log may say was done, by the resource. A change whose name does not stand here cannot be recorded:
 *  whoever shows the log or filters it knows them all. */

export const AUDITED = {
  scenario: ['create', 'update', 'delete', 'pause', 'resume', 'break', 'run', 'backfill'],
  run: ['create', 'cancel', 'retry'],
  queue: ['cancel'],
  delivery: ['resend'],
  template: ['create', 'update', 'delete', 'enable', 'disable'],
  dashboard: ['create', 'update', 'delete'],
  dashboard_share: ['create', 'revoke'],
  dataset: ['create', 'update', 'delete'],
  recipe: ['create', 'update', 'delete'],
  agent: ['create', 'update', 'delete'],
  connector: ['create', 'update', 'reseal', 'delete'],
  calendar: ['save', 'delete'],
  project: ['create', 'update', 'limit', 'delete'],
  org: ['update', 'pause', 'resume'],
  member: ['add', 'role', 'remove', 'reset_password', 'change_password'],
  group: ['create', 'update', 'delete'],
  token: ['issue', 'revoke'],
  tile_link: ['create', 'revoke'],
} as const;

type Audited = typeof AUDITED;

/** `<resource>.<verb>`, e.g. `scenario.update`. */
export type Action = { [R in keyof Audited]: `${R}.${Audited[R][number]}` }[keyof Audited];
