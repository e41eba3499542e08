/** What the log calls changes, in words; one that this console does not know yet shows its own name. */

const VERBS: Readonly<Record<string, string>> = {
  create: 'Made',
  update: 'Changed',
  save: 'Saved',
  delete: 'Deleted',
  pause: 'Paused',
  resume: 'Resumed',
  resend: 'Sent again',
  enable: 'Switched on',
  disable: 'Switched off',
  duplicate: 'Duplicated',
  run: 'Ran',
  backfill: 'Backfilled',
  cancel: 'Cancelled',
  retry: 'Retried',
  limit: 'Changed the limit of',
  issue: 'Issued',
  revoke: 'Revoked',
  add: 'Added',
  remove: 'Removed',
  role: 'Changed the role of',
  reset_password: 'Reset the password of',
  change_password: 'Changed the password of',
};

/** By the resource, as the filter offers them. */
export const ACTIONS: Readonly<Record<string, readonly string[]>> = {
  scenario: ['create', 'update', 'delete', 'pause', 'resume', 'run', 'backfill'],
  run: ['cancel', 'retry'],
  delivery: ['resend'],
  template: ['create', 'update', 'delete', 'enable', 'disable'],
  dataset: ['create'],
  connector: ['create', 'update', 'delete'],
  calendar: ['save', 'delete'],
  project: ['create', 'update', 'limit', 'delete'],
  org: ['update', 'pause', 'resume'],
  member: ['add', 'role', 'remove', 'reset_password', 'change_password'],
  group: ['create', 'update', 'delete'],
  token: ['issue', 'revoke'],
  tile_link: ['create', 'revoke'],
};

const NOUNS: Readonly<Record<string, string>> = { org: 'organisation', tile_link: 'tile link' };

export const nounOf = (resourceType: string): string =>
  NOUNS[resourceType] ?? resourceType.replaceAll('_', ' ');

export function pluralOf(resourceType: string): string {
  const noun = nounOf(resourceType);
  return noun.endsWith('y') ? `${noun.slice(0, -1)}ies` : `${noun}s`;
}

/** `Changed`; null for a verb that is not known. */
export const verbOf = (action: string): string | null =>
  VERBS[action.slice(action.indexOf('.') + 1)] ?? null;

/** `Made scenario`. */
export function actionWords(action: string, resourceType: string): string {
  const verb = verbOf(action);
  return verb === null ? `${action}:` : `${verb} ${nounOf(resourceType)}`;
}
