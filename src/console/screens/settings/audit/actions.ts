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
  break: 'Marked as broken:',
  reseal: 'Encrypted anew the secrets of',
  // Of whom the verb alone says the wrong thing.
  'run.create': 'Started',
  'queue.cancel': 'Cancelled the queue of',
};

/** All that the server records, by the resource, as the filter offers them. */
export const ACTIONS: Readonly<Record<string, readonly string[]>> = {
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
};

const NOUNS: Readonly<Record<string, string>> = {
  org: 'organisation',
  tile_link: 'tile link',
  dashboard_share: 'share link',
};

export const nounOf = (resourceType: string): string =>
  NOUNS[resourceType] ?? resourceType.replaceAll('_', ' ');

export function pluralOf(resourceType: string): string {
  const noun = nounOf(resourceType);
  return noun.endsWith('y') ? `${noun.slice(0, -1)}ies` : `${noun}s`;
}

/** `Changed`; null for a verb that is not known. */
export const verbOf = (action: string): string | null =>
  VERBS[action] ?? VERBS[action.slice(action.indexOf('.') + 1)] ?? null;

/** `Made scenario`. */
export function actionWords(action: string, resourceType: string): string {
  const verb = verbOf(action);
  return verb === null ? `${action}:` : `${verb} ${nounOf(resourceType)}`;
}
