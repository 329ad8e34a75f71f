import { entity } from '../../shared/data/entity.ts';
import type { Channel } from './policy.ts';
import type { Field, TemplateName, Topic } from './templates.ts';
import type { MessageStatus } from './transitions.ts';

/**
 * Whom a message is for. ACCOUNT: somebody with the mini-program. PATIENT: nobody has an account for them; the phone is
 * the one they gave at a desk. PRACTITIONER and INSTITUTION: staff.
 */
export const RECIPIENT_KINDS = ['ACCOUNT', 'PATIENT', 'PRACTITIONER', 'INSTITUTION'] as const;

export interface Recipient {
  readonly kind: (typeof RECIPIENT_KINDS)[number];
  readonly id: string;
}

/** How one try ended: `SENT`, `UNANSWERED`, `NOT_REACHED`, or the provider's own code. */
export interface Attempt {
  readonly channel: Channel;
  readonly at: string;
  readonly outcome: string;
}

/** What may be said, by field. Sealed in the item: together the words tell who goes where. */
export type Words = Readonly<Partial<Record<Field, string>>>;

export interface MessageId {
  readonly recipientId: string;
  /** Made of what the message is about, so that the same one is never made twice (rule N2). */
  readonly messageId: string;
}

export interface Message extends MessageId {
  readonly recipientKind: Recipient['kind'];
  readonly template: TemplateName;
  /** Left out of messages that are about nobody's care. */
  readonly patientId?: string;
  /** Whose people call when nothing else reaches. */
  readonly institutionId?: string;
  readonly status: MessageStatus;
  readonly version: number;
  /** By which it goes next, or went last. */
  readonly channel: Channel;
  /** Tries by this channel. */
  readonly tries: number;
  readonly attempts: readonly Attempt[];
  /** Of `Words`. */
  readonly sealed: string;
  readonly createdAt: string;
  /** Before this it does not go. */
  readonly sendAt: string;
  /** When its timer was set to; left out of one that has ended. */
  readonly wakeAt?: string;
  /** From here on it is of no use to anybody. */
  readonly usefulUntil: string;
  /** Consents granted up to the one that is being spent. */
  readonly granted?: number;
  readonly calls?: number;
  readonly claimedBy?: string;
  /** Of the clinic's last step: a repeat is answered as it stands. */
  readonly requestKey?: string;
  readonly endedAt?: string;
  readonly lookupPk?: string;
  readonly lookupSk?: string;
}

/** Rule N3: consents to one message each. Of an account, so of one openid. */
export interface Credit {
  readonly template: TemplateName;
  readonly left: number;
  /** Ever: tells a consent given since from those WeChat says are used up. */
  readonly granted: number;
}

export interface Preferences {
  readonly off: readonly Topic[];
}

interface Copy {
  readonly name: string;
  readonly version: number;
}

export interface TeamCopy extends Copy {
  readonly careTeamId: string;
  readonly institutionId: string;
  readonly leaderId: string;
}

/** How many messages ended how, of a day, in one of the parts that share the writes. */
export interface Tally {
  /** `<template>:<channel>:<status>`. */
  readonly [count: string]: number | string;
}

const CONTEXT = 'notification';
export const ofRecipient = (recipientId: string): string => `${CONTEXT}#recipient#${recipientId}`;

export const messages = entity<MessageId, Message>(CONTEXT, 'message', ({ recipientId, messageId }) => ({
  pk: ofRecipient(recipientId),
  sk: `message#${messageId}`,
}));

export const credits = entity<{ readonly accountId: string; readonly template: TemplateName }, Credit>(
  CONTEXT,
  'message credit',
  ({ accountId, template }) => ({ pk: ofRecipient(accountId), sk: `credit#${template}` }),
);

/** A report of consents that was counted, by its request key. */
export const consents = entity<
  { readonly accountId: string; readonly requestKey: string },
  { readonly at: string; readonly expiresAt: number }
>(CONTEXT, 'consent', ({ accountId, requestKey }) => ({
  pk: ofRecipient(accountId),
  sk: `consent#${requestKey}`,
}));

export const preferences = entity<string, Preferences>(CONTEXT, 'preferences', (accountId) => ({
  pk: ofRecipient(accountId),
  sk: 'preferences',
}));

const copyOf = <T extends Copy>(kind: string) =>
  entity<string, T>(CONTEXT, `${kind} copy`, (id) => ({ pk: `${CONTEXT}#${kind}#${id}`, sk: 'copy' }));

export const institutions = copyOf<Copy & { readonly institutionId: string }>('institution');
export const departments = copyOf<Copy & { readonly departmentId: string }>('department');
export const practitioners = copyOf<Copy & { readonly practitionerId: string }>('practitioner');
export const teams = copyOf<TeamCopy>('team');

/** Messages sent by a provider within one second. */
export const rates = entity<
  { readonly channel: Channel; readonly second: number },
  { readonly taken: number; readonly expiresAt: number }
>(CONTEXT, 'rate', ({ channel, second }) => ({ pk: `${CONTEXT}#rate#${channel}#${second}`, sk: 'second' }));

export const tallies = entity<{ readonly day: string; readonly part: number }, Tally>(
  CONTEXT,
  'tally',
  ({ day, part }) => ({ pk: `${CONTEXT}#tally#${day}#${part}`, sk: 'tally' }),
);

/** What a clinic has still to call about, the most pressing first (index `lookup`). */
export function phoneTasksOf(institutionId: string): string {
  return `${CONTEXT}#phone-tasks#${institutionId}`;
}

/** The message of an item whose timer is due. */
export function messageOf({ pk, sk }: { readonly pk: string; readonly sk: string }): MessageId {
  return { recipientId: pk.slice(ofRecipient('').length), messageId: sk.slice('message#'.length) };
}
