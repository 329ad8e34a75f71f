import { eventFor } from '../../shared/data/events.ts';
import type { DomainEvent } from '../../shared/data/table.ts';
import type { Deps } from '../../shared/deps.ts';
import type { Message } from './store.ts';
import type { MessageStatus } from './transitions.ts';

export const SENT = 'notification.sent';
export const FAILED = 'notification.failed';
export const PHONE_NEEDED = 'notification.phone-needed';

const TYPES: Partial<Record<MessageStatus, string>> = {
  SENT,
  UNANSWERED: SENT,
  REACHED: SENT,
  UNREACHED: FAILED,
  LAPSED: FAILED,
  FAILED,
  PHONE: PHONE_NEEDED,
};

/** Ids and codes only (`contracts.ts`, `messageMoved`). Undefined: nobody needs to hear of that step. */
export function messageEvent(deps: Pick<Deps, 'ids' | 'clock'>, after: Message): DomainEvent | undefined {
  const { recipientId, recipientKind, messageId, template, channel, status, patientId, institutionId } =
    after;
  const type = TYPES[status];
  if (type === undefined) return undefined;
  return eventFor(deps, type, {
    data: {
      messageId,
      recipientId,
      recipientKind,
      template,
      channel,
      status,
      ...(patientId === undefined ? {} : { patientId }),
      ...(institutionId === undefined ? {} : { institutionId }),
    },
  });
}
