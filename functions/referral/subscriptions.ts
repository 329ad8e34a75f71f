import * as z from 'zod/mini';
import type { Subscription } from '../../shared/context.ts';
import type { DomainEvent } from '../../shared/data/table.ts';
import type { Deps } from '../../shared/deps.ts';
import { auditEvent } from '../../shared/privacy/audit-event.ts';
import { referralMoved } from './contracts.ts';
import { copies } from './copies.ts';
import { countAccepted } from './counts.ts';
import { appointmentSubscriptions } from './follow-appointment.ts';
import { answerMachine, executionName, MACHINE } from './follow-machine.ts';
import { eventTypeOf } from './referral-event.ts';
import { settleRelations } from './relations.ts';
import { referrals } from './store.ts';
import { STATUSES } from './transitions.ts';

type Moved = z.output<typeof referralMoved>;

/** Starts what begins here, and answers the state that waited for this step. */
async function tellMachine(deps: Deps, { place, ...moved }: Moved): Promise<void> {
  if (place !== undefined) await deps.workflows.start(MACHINE, executionName(moved), place);
  const referral = await referrals.get(deps.table, moved, { consistent: true });
  if (referral !== undefined) await answerMachine(deps, referral);
}

/** Every step is written down for its patient, once: the entry's id is the event's. */
async function audit({ table }: Deps, event: DomainEvent, moved: Moved): Promise<void> {
  const { by, role, institutionId, patientId, referralId } = moved;
  const subject = { kind: 'referral', id: referralId };
  const purpose = event.type.replace('.', '-');
  await auditEvent(table, event, { by, role, institutionId, patientId, subject, purpose });
}

const firstAccepted = z.object({ firstAccepted: z.literal(true) });

async function count(deps: Deps, { at, data }: DomainEvent, moved: Moved): Promise<void> {
  if (firstAccepted.safeParse(data).success) await countAccepted(deps, { ...moved, at });
}

type Handler = (deps: Deps, event: DomainEvent, moved: Moved) => Promise<void>;

const ON_EVERY_STEP: readonly Handler[] = [
  (deps, _event, moved) => tellMachine(deps, moved),
  audit,
  (deps, _event, { patientId }) => settleRelations(deps, patientId),
  count,
];

const ownSteps: readonly Subscription[] = STATUSES.flatMap((status) =>
  ON_EVERY_STEP.map((handle) => ({
    event: eventTypeOf(status),
    handle: (deps, event) => handle(deps, event, referralMoved.parse(event.data)),
  })),
);

export const subscriptions: readonly Subscription[] = [...ownSteps, ...appointmentSubscriptions, ...copies];
