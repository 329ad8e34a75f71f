import * as z from 'zod/mini';
import type { referralMoved } from '../referral/contracts.ts';
import type { Announcement, Draft } from './draft.ts';
import { phrase } from './fields.ts';

type ReferralStatus = z.output<typeof referralMoved>['status'];

const moved = z.object({
  patientId: z.string(),
  referralId: z.string(),
  status: z.string(),
  fromInstitutionId: z.string(),
  toInstitutionId: z.string(),
  waitUntil: z.optional(z.string()),
});

/** What the resident hears of; each in WeChat's five characters. */
const STATUS_TEXT = {
  RETURNED: phrase('退回补充'),
  REJECTED: phrase('审核未过'),
  OFFERED: phrase('等待接诊'),
  ACCEPTED: phrase('已接诊'),
  RESERVED: phrase('待您确认'),
  CONFIRMED: phrase('已确认'),
  DECLINED: phrase('医院婉拒'),
  EXPIRED: phrase('已过期'),
  NO_SHOW: phrase('未到诊'),
  COMPLETED: phrase('已完成'),
} as const satisfies Partial<Record<ReferralStatus, string>>;

const eventOf = (status: string): string => `referral.${status.toLowerCase().replaceAll('_', '-')}`;

const moves = Object.entries(STATUS_TEXT).map(
  ([status, text]): Announcement => ({
    event: eventOf(status),
    tell: ({ data, at }) => {
      const { patientId, referralId: subject, fromInstitutionId, toInstitutionId } = moved.parse(data);
      return {
        template: 'REFERRAL_PROGRESS',
        patientId,
        subject,
        institutionId: fromInstitutionId,
        said: { hospital: { institution: toInstitutionId }, status: { text }, time: { at } },
      };
    },
  }),
);

/** Whose turn it is while a referral stands there: the resident's, the sender's or the receiver's. */
const TURN: Partial<Record<string, 'RESIDENT' | 'FROM' | 'TO'>> = {
  GATE_REVIEW: 'FROM',
  RETURNED: 'FROM',
  OFFERED: 'TO',
  ACCEPTED: 'TO',
  RESERVED: 'RESIDENT',
  CONFIRMED: 'RESIDENT',
  FIRST_VISIT: 'RESIDENT',
} satisfies Partial<Record<ReferralStatus, 'RESIDENT' | 'FROM' | 'TO'>>;

const reminder: Announcement = {
  event: 'referral.reminder-due',
  tell: ({ data }): Draft | undefined => {
    const told = moved.parse(data);
    const { patientId, referralId, status, fromInstitutionId, toInstitutionId, waitUntil } = told;
    const turn = TURN[status];
    if (turn === undefined) return undefined;
    const deadline = waitUntil === undefined ? {} : { deadline: { at: waitUntil } };
    const until = waitUntil === undefined ? {} : { usefulUntil: waitUntil };
    const subject = `${referralId}#${status}`;
    if (turn === 'RESIDENT') {
      const said = { hospital: { institution: toInstitutionId }, ...deadline };
      const institutionId = fromInstitutionId;
      return { template: 'REFERRAL_REMINDER', patientId, subject, institutionId, said, ...until };
    }
    const institutionId = turn === 'FROM' ? fromInstitutionId : toInstitutionId;
    return {
      template: 'REFERRAL_WORK_DUE',
      to: { kind: 'INSTITUTION', id: institutionId },
      subject,
      institutionId,
      said: { hospital: { institution: institutionId }, ...deadline },
      ...until,
    };
  },
};

export const referralAnnouncements: readonly Announcement[] = [...moves, reminder];
