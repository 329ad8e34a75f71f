import type { DomainEvent } from '../../shared/data/table.ts';
import type { Day } from '../../shared/kernel/china-time.ts';
import type { NotificationPolicy } from './policy.ts';
import type { Recipient } from './store.ts';
import type { Field, TemplateName } from './templates.ts';

/** A field as an event gives it: a text of ours, or an id whose name notification keeps a copy of. */
export type Said =
  | { readonly text: string }
  | { readonly institution: string }
  | { readonly department: string }
  | { readonly practitioner: string }
  | { readonly careTeam: string }
  /** Instant. */
  | { readonly at: string }
  | { readonly day: Day }
  | { readonly fen: number };

/** What a message is about: the same for every event that speaks of the same thing. */
interface About {
  readonly template: TemplateName;
  /** Whose people are told; the patient's masked name is a field by itself. */
  readonly patientId?: string;
  /** Staff who are told instead. A care team is told by its leader. */
  readonly to?: Recipient | { readonly kind: 'CARE_TEAM'; readonly id: string };
  /** Appointment, referral, task…: what `onceFor` looks at. */
  readonly subject: string;
  /** Instant of the thing itself, where the subject has one that never moves. */
  readonly on?: string;
}

/** A message to be. */
export interface Draft extends About {
  readonly said: Readonly<Partial<Record<Field, Said>>>;
  /** Whose people call when nothing else reaches. */
  readonly institutionId?: string;
  /** Instant; left out: at once. */
  readonly sendAt?: string;
  /** Instant; left out: as long as policy says. */
  readonly usefulUntil?: string;
}

/** What was to be said is said no more. */
export interface Withdrawal extends About {
  readonly withdraw: true;
}

/** What follows from one kind of event. */
export interface Announcement {
  readonly event: string;
  /** @throws ZodError for an event that says something else */
  readonly tell: (
    event: DomainEvent,
    policy: NotificationPolicy,
  ) => Draft | Withdrawal | readonly (Draft | Withdrawal)[] | undefined;
}
