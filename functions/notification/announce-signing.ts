import * as z from 'zod/mini';
import { addDays, instantAt } from '../../shared/kernel/china-time.ts';
import { daySchema } from '../../shared/kernel/schemas.ts';
import type { signingMoved } from '../signing/contracts.ts';
import type { Announcement, Draft } from './draft.ts';
import { phrase } from './fields.ts';

type SigningStatus = z.output<typeof signingMoved>['status'];

const moved = z.object({
  patientId: z.string(),
  signingId: z.string(),
  careTeamId: z.string(),
  status: z.string(),
  /** Last day of the term. */
  until: z.optional(daySchema),
  waitUntil: z.optional(z.string()),
  /** Entered from a register on paper: whoever signed it knows. */
  registered: z.optional(z.boolean()),
});

type Moved = z.output<typeof moved>;

const STATUS_TEXT = {
  SIGNING: phrase('待签署'),
  REJECTED: phrase('审核未过'),
  LAPSED: phrase('已逾期'),
  ACTIVE: phrase('已生效'),
  RENEWAL: phrase('可续签'),
  SUSPENDED: phrase('暂停服务'),
  TERMINATING: phrase('解约中'),
  TERMINATED: phrase('已解约'),
  MOVED: phrase('已转签'),
  EXPIRED: phrase('已到期'),
} as const satisfies Partial<Record<SigningStatus, string>>;

function draftOf({ patientId, signingId, careTeamId }: Moved) {
  return { patientId, subject: signingId, said: { team: { careTeam: careTeamId } } } as const;
}

const moves = Object.entries(STATUS_TEXT).map(
  ([status, text]): Announcement => ({
    event: `signing.${status.toLowerCase().replaceAll('_', '-')}`,
    tell: ({ data, at }) => {
      const signing = moved.parse(data);
      if (signing.registered === true) return undefined;
      const { said, ...draft } = draftOf(signing);
      return {
        ...draft,
        template: 'SIGNING_PROGRESS',
        said: { ...said, status: { text }, time: { at } },
      };
    },
  }),
);

/** What a step waits for, or what the term ends with. */
function deadlineOf({ waitUntil, until }: Moved): string | undefined {
  return waitUntil ?? (until === undefined ? undefined : instantAt(addDays(until, 1), '00:00'));
}

/** TEAM_REVIEW waits for the team, which works from its own desk's list. */
const reminder: Announcement = {
  event: 'signing.reminder-due',
  tell: ({ data }): Draft | undefined => {
    const told = moved.parse(data);
    if (told.status === 'TEAM_REVIEW') return undefined;
    const at = deadlineOf(told);
    const { said, ...draft } = draftOf(told);
    return {
      ...draft,
      template: 'SIGNING_REMINDER',
      said: { ...said, ...(at === undefined ? {} : { deadline: { at } }) },
      ...(at === undefined ? {} : { usefulUntil: at }),
    };
  },
};

/** Something is to be paid: the sum stands in the mini-program's list of charges. */
function charge(event: string): Announcement {
  return {
    event,
    tell: ({ data }) => {
      const told = moved.parse(data);
      const { patientId, signingId: subject, careTeamId } = told;
      const at = told.waitUntil;
      return {
        template: 'CHARGE_DUE',
        patientId,
        subject,
        said: { hospital: { careTeam: careTeamId }, ...(at === undefined ? {} : { deadline: { at } }) },
      };
    },
  };
}

export const signingAnnouncements: readonly Announcement[] = [
  ...moves,
  reminder,
  charge('signing.paying'),
  charge('signing.instalment-due'),
];
