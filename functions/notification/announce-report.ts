import * as z from 'zod/mini';
import type { Announcement } from './draft.ts';

const published = z.object({
  reportId: z.string(),
  patientId: z.optional(z.string()),
  institutionId: z.string(),
  version: z.int(),
  /** Never for what is released in person. */
  tells: z.boolean(),
});

const critical = z.object({
  reportId: z.string(),
  institutionId: z.string(),
  practitionerId: z.optional(z.string()),
  to: z.enum(['ORDERING_DOCTOR', 'DEPARTMENT_HEAD', 'DUTY_DESK']),
  escalations: z.int(),
});

/** That there is something to read, and never what. */
function ready(event: string): Announcement {
  return {
    event,
    tell: ({ data, at }) => {
      const { reportId, patientId, institutionId, version, tells } = published.parse(data);
      if (!tells || patientId === undefined) return undefined;
      return {
        template: 'REPORT_READY',
        patientId,
        subject: `${reportId}#${version}`,
        said: { hospital: { institution: institutionId }, time: { at } },
      };
    },
  };
}

/** Each rung of the ladder is somebody else, who is told for themselves. */
function alarm(event: string): Announcement {
  return {
    event,
    tell: ({ data, at }) => {
      const { reportId, institutionId, practitionerId, to, escalations } = critical.parse(data);
      const doctor = to === 'ORDERING_DOCTOR' ? practitionerId : undefined;
      return {
        template: 'CRITICAL_VALUE',
        to:
          doctor === undefined
            ? { kind: 'INSTITUTION', id: institutionId }
            : { kind: 'PRACTITIONER', id: doctor },
        subject: `${reportId}#${escalations}`,
        institutionId,
        said: { hospital: { institution: institutionId }, time: { at } },
      };
    },
  };
}

export const reportAnnouncements: readonly Announcement[] = [
  ready('report.final'),
  ready('report.amended'),
  ready('report.matched'),
  alarm('report.critical-notified'),
  alarm('report.critical-escalated'),
];
