/** Something about a scenario that a person or a program is told, and the states on the way there. */

export const NOTIFICATION_KINDS = ['failure', 'recovery', 'late', 'paused'] as const;
export type NotificationKind = (typeof NOTIFICATION_KINDS)[number];

export const CHANNEL_KINDS = ['mail', 'webhook'] as const;
export type NotificationChannel = (typeof CHANNEL_KINDS)[number];

export type NotificationState = 'pending' | 'sending' | 'sent' | 'failed' | 'unknown';

export const NOTIFICATION_TRANSITIONS = {
  pending: ['sending'],
  // Pending again: the other side asked to come back later, or was not reached.
  sending: ['pending', 'sent', 'failed', 'unknown'],
  sent: [],
  failed: [],
  // It may have arrived. Sending it again could tell the same thing twice, so nobody does.
  unknown: [],
} as const satisfies Record<NotificationState, readonly NotificationState[]>;

/** What is told, frozen when it was written: the body of a webhook, and what a mail is made of. */
export type NotificationPayload = {
  readonly kind: NotificationKind;
  readonly organisation: string;
  readonly project: { readonly id: number; readonly slug: string; readonly name: string };
  readonly scenario: { readonly id: number; readonly slug: string; readonly name: string };
  /** The run that it is about. Instants in ISO 8601, UTC. */
  readonly run: {
    readonly id: number;
    readonly state: string;
    readonly reason: string | null;
    readonly due_at: string;
    readonly started_at: string | null;
    readonly finished_at: string | null;
  };
  /** The zone in which a mail writes instants. */
  readonly timezone: string;
  /** Failed runs in a row, this one included; of a recovery, those before it. */
  readonly failures: number;
  /** paused: why, as the scenario shows it. */
  readonly note?: string;
  /** late: after how long, as configured. */
  readonly late_after?: string;
};
