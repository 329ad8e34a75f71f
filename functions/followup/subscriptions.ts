import * as z from 'zod/mini';
import type { Subscription } from '../../shared/context.ts';
import { keepCopy } from '../../shared/keep-copy.ts';
import { auditEvent } from '../../shared/privacy/audit-event.ts';
import { followupMoved, idSchema } from './contracts.ts';
import { referralSubscriptions } from './follow-referral.ts';
import { signingSubscriptions } from './follow-signing.ts';
import { EVENTS, type EventType } from './followup-event.ts';
import { teams } from './store.ts';

/** A reminder opens and changes no health data: what is sent is the notification's to write down. */
const AUDITED: readonly EventType[] = Object.values(EVENTS).filter((type) => type !== EVENTS.reminder);

/** Every step is written down for its patient, once: the entry's id is the event's. */
const audits = AUDITED.map(
  (event): Subscription => ({
    event,
    handle: async ({ table }, heard) => {
      const { by, role, byInstitutionId: institutionId, patientId, planId } = followupMoved.parse(heard.data);
      const subject = { kind: 'follow-up', id: planId };
      const purpose = event.replace('.', '-');
      await auditEvent(table, heard, { by, role, institutionId, patientId, subject, purpose });
    },
  }),
);

const careTeamChanged = z.pipe(
  z.object({
    careTeamId: idSchema,
    institutionId: idSchema,
    name: z.string(),
    leaderId: idSchema,
    memberIds: z.array(idSchema),
    active: z.boolean(),
    version: z.int(),
  }),
  z.transform(({ leaderId, memberIds, ...copy }) => ({ ...copy, doctors: [leaderId, ...memberIds] })),
);

const keepTeams = keepCopy(
  'directory.care-team-changed',
  careTeamChanged,
  teams,
  ({ careTeamId }) => careTeamId,
);

export const subscriptions: readonly Subscription[] = [
  ...audits,
  keepTeams,
  ...signingSubscriptions,
  ...referralSubscriptions,
];
