/** Who is told what: a scenario's `notify` policy with its defaults filled in. */
import type { StoredPolicies } from '../scenario/forms.ts';
import type { NotificationChannel } from './notification.ts';

export type NotifyRules = {
  /** Failed runs in a row before anyone is told. */
  readonly afterFailures: number;
  /** Whether the first success after that is told too. */
  readonly recovery: boolean;
};

export type Recipient = { readonly channel: NotificationChannel; readonly target: string };

export function notifyRules({ notify }: StoredPolicies): NotifyRules {
  return { afterFailures: notify?.after_failures ?? 1, recovery: notify?.recovery ?? true };
}

/** The owner by mail, unless `mail` names others (an empty list: nobody by mail); the webhook besides. */
export function recipientsOf({ notify }: StoredPolicies, ownerEmail: string): Recipient[] {
  const mail = notify?.mail ?? [ownerEmail];
  const webhook = notify?.webhook;
  return [
    ...[...new Set(mail)].map((target) => ({ channel: 'mail' as const, target })),
    ...(webhook === undefined ? [] : [{ channel: 'webhook' as const, target: webhook }]),
  ];
}
