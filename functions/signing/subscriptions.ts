import * as z from 'zod/mini';
import { chargeChangedEvent } from '../../shared/charges/charge-lock.ts';
import type { Subscription } from '../../shared/context.ts';
import type { DomainEvent } from '../../shared/data/table.ts';
import type { Deps } from '../../shared/deps.ts';
import { keepCopy } from '../../shared/keep-copy.ts';
import { INSTITUTION_LEVELS } from '../../shared/kernel/institution-level.ts';
import { auditEvent } from '../../shared/privacy/audit-event.ts';
import { OWNER } from './charges.ts';
import { idSchema, signingMoved } from './contracts.ts';
import { endOtherApplication } from './end-other-application.ts';
import { followCharge } from './follow-charge.ts';
import { answerMachine, executionName, MACHINE } from './follow-machine.ts';
import { eventTypeOf, NEWS } from './signing-event.ts';
import { institutions, signings } from './store.ts';
import { keepTeams } from './teams.ts';
import { STATUSES } from './transitions.ts';

type Moved = z.output<typeof signingMoved>;

/** Starts what begins here, and answers the state that waited for this step. */
async function tellMachine(deps: Deps, { place, ...moved }: Moved): Promise<void> {
  if (place !== undefined) await deps.workflows.start(MACHINE, executionName(moved), place);
  const signing = await signings.get(deps.table, moved, { consistent: true });
  if (signing !== undefined) await answerMachine(deps, signing);
}

/** Every step is written down for its patient, once: the entry's id is the event's. */
async function audit({ table }: Deps, event: DomainEvent, moved: Moved): Promise<void> {
  const { by, role, institutionId, patientId, signingId } = moved;
  const subject = { kind: 'signing', id: signingId };
  const purpose = event.type.replace('.', '-');
  await auditEvent(table, event, { by, role, institutionId, patientId, subject, purpose });
}

const moves = STATUSES.map(
  (status): Subscription => ({
    event: eventTypeOf(status),
    handle: async (deps, event) => tellMachine(deps, signingMoved.parse(event.data)),
  }),
);

const audits = [...STATUSES.map(eventTypeOf), ...Object.values(NEWS)].map(
  (event): Subscription => ({
    event,
    handle: async (deps, heard) => audit(deps, heard, signingMoved.parse(heard.data)),
  }),
);

const deaths: Subscription = {
  event: eventTypeOf('DECEASED'),
  handle: async (deps, event) => endOtherApplication(deps, signingMoved.parse(event.data)),
};

const chargeChanged = z.object({ patientId: idSchema, chargeId: z.string() });

/** Payment has changed the lock of one of signing's charges. */
const follow: Subscription = {
  event: chargeChangedEvent(OWNER),
  handle: async (deps, event) => {
    await followCharge(deps, chargeChanged.parse(event.data));
  },
};

const institutionChanged = z.object({
  institutionId: idSchema,
  name: z.string(),
  level: z.enum(INSTITUTION_LEVELS),
  divisionCode: z.string(),
  active: z.boolean(),
  version: z.int(),
});

const keepInstitutions = keepCopy(
  'directory.institution-changed',
  institutionChanged,
  institutions,
  (copy) => copy.institutionId,
);

export const subscriptions: readonly Subscription[] = [
  ...moves,
  ...audits,
  deaths,
  follow,
  keepTeams,
  keepInstitutions,
];
