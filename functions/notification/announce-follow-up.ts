import * as z from 'zod/mini';
import { addDays, instantAt } from '../../shared/kernel/china-time.ts';
import { daySchema } from '../../shared/kernel/schemas.ts';
import type { Announcement } from './draft.ts';

/** The template of the plan names a disease: it is not read, so that no message can say it. */
const reminderDue = z.object({
  patientId: z.string(),
  taskId: z.string(),
  institutionId: z.string(),
  dueOn: daySchema,
});

const emergency = z.object({
  patientId: z.string(),
  taskId: z.string(),
  institutionId: z.string(),
  careTeamId: z.optional(z.string()),
});

/** After its day a task is overdue, which has reminders of its own. */
const DAYS_AFTER = 7;

export const followUpAnnouncements: readonly Announcement[] = [
  {
    event: 'followup.reminder-due',
    tell: ({ data }) => {
      const { patientId, taskId: subject, institutionId, dueOn: day } = reminderDue.parse(data);
      return {
        template: 'FOLLOW_UP_REMINDER',
        patientId,
        subject,
        institutionId,
        said: { hospital: { institution: institutionId }, day: { day } },
        usefulUntil: instantAt(addDays(day, DAYS_AFTER), '00:00'),
      };
    },
  },
  {
    event: 'followup.emergency',
    tell: ({ data, at }) => {
      const { patientId, taskId: subject, institutionId, careTeamId } = emergency.parse(data);
      const said = { hospital: { institution: institutionId }, time: { at } };
      const team = { kind: 'CARE_TEAM', id: careTeamId ?? '' } as const;
      const house = { kind: 'INSTITUTION', id: institutionId } as const;
      return [
        { template: 'FOLLOW_UP_EMERGENCY', patientId, subject, institutionId, said },
        {
          template: 'FOLLOW_UP_ALERT',
          to: careTeamId === undefined ? house : team,
          subject,
          institutionId,
          said,
        },
      ];
    },
  },
];
