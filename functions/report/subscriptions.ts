import * as z from 'zod/mini';
import type { Subscription } from '../../shared/context.ts';
import { keepCopy } from '../../shared/keep-copy.ts';
import { daySchema } from '../../shared/kernel/schemas.ts';
import { auditEvent } from '../../shared/privacy/audit-event.ts';
import { CONSENT_CHANGED } from './consents.ts';
import { orderMoved, reportMoved } from './contracts.ts';
import { matchRegistered } from './match-report.ts';
import { idSchema } from './report-content.ts';
import { CRITICAL_NEWS, eventTypeOf, NEWS, ORDER_NEWS } from './report-event.ts';
import { alliances, institutions, practitioners } from './store.ts';
import { STATUSES } from './transitions.ts';

const consentChanged = z.object({ patientId: idSchema, kind: z.string(), by: z.string(), role: z.string() });

/** What a change of a report is to its patient's trail; of a report that waits for its patient there is none yet. */
const changed = z.pick(z.partial(reportMoved), { patientId: true, institutionId: true });
const traced = z.extend(changed, { reportId: idSchema, by: z.string(), role: z.string() });

/** Every change is written down for its patient, once: the entry's id is the event's. */
const audits = [...STATUSES.map(eventTypeOf), ...Object.values(NEWS), ...Object.values(CRITICAL_NEWS)].map(
  (type): Subscription => ({
    event: type,
    handle: async ({ table }, event) => {
      const { patientId, reportId, institutionId, by, role } = traced.parse(event.data);
      if (patientId === undefined) return;
      const subject = { kind: 'report', id: reportId };
      const purpose = type.replace('.', '-');
      await auditEvent(table, event, { by, role, institutionId, patientId, subject, purpose });
    },
  }),
);

/** What was asked for again without a reason is written down too: the warning is in the trail. */
const auditOrders = Object.values(ORDER_NEWS).map(
  (type): Subscription => ({
    event: type,
    handle: async ({ table }, event) => {
      const { patientId, institutionId, reportId, by, role } = orderMoved.parse(event.data);
      const subject = { kind: 'examination', id: reportId ?? event.id };
      const purpose = type.replace('.', '-');
      await auditEvent(table, event, { by, role, institutionId, patientId, subject, purpose });
    },
  }),
);

const auditConsent: Subscription = {
  event: CONSENT_CHANGED,
  handle: async ({ table }, event) => {
    const { patientId, kind, by, role } = consentChanged.parse(event.data);
    const subject = { kind: 'report-consent', id: kind };
    await auditEvent(table, event, { by, role, patientId, subject, purpose: 'report-consent-changed' });
  },
};

const version = z.int();
const allianceChanged = z.object({
  allianceId: idSchema,
  leadId: idSchema,
  members: z.array(z.object({ institutionId: idSchema, joinedOn: daySchema, leftOn: z.optional(daySchema) })),
  capabilities: z.array(z.string()),
  exceptions: z.array(
    z.object({ capability: z.string(), between: z.tuple([idSchema, idSchema]), enabled: z.boolean() }),
  ),
  active: z.boolean(),
  version,
});
const institutionChanged = z.object({
  institutionId: idSchema,
  name: z.string(),
  active: z.boolean(),
  version,
});
const practitionerChanged = z.object({
  practitionerId: idSchema,
  title: z.enum(['resident', 'attending', 'associate-chief', 'chief']),
  sites: z.array(z.object({ institutionId: idSchema, departmentId: idSchema })),
  active: z.boolean(),
  version,
});

export const subscriptions: readonly Subscription[] = [
  ...audits,
  auditConsent,
  ...auditOrders,
  matchRegistered,
  keepCopy('directory.institution-changed', institutionChanged, institutions, (copy) => copy.institutionId),
  keepCopy('directory.alliance-changed', allianceChanged, alliances, (copy) => copy.allianceId),
  keepCopy(
    'directory.practitioner-changed',
    practitionerChanged,
    practitioners,
    (copy) => copy.practitionerId,
  ),
];
