import * as z from 'zod/mini';
import { SYSTEM } from '../../shared/access/acting.ts';
import type { Subscription } from '../../shared/context.ts';
import type { DomainEvent } from '../../shared/data/table.ts';
import type { Deps } from '../../shared/deps.ts';
import { houseErrors } from '../../shared/kernel/errors.ts';
import { auditEvent } from '../../shared/privacy/audit-event.ts';
import { idSchema, referralMoved } from './contracts.ts';
import { copies } from './copies.ts';
import { countAccepted } from './counts.ts';
import { appointmentSubscriptions } from './follow-appointment.ts';
import { answerMachine, executionName, MACHINE } from './follow-machine.ts';
import { eventTypeOf } from './referral-event.ts';
import { tryMove } from './referral-moves.ts';
import { settleRelations } from './relations.ts';
import { referrals, referralsOf } from './store.ts';
import { isEnded, STATUSES } from './transitions.ts';

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

const patientOf = z.object({ patientId: idSchema });

/** The family doctor's team has reported a death: whatever was open ends as it does where a hospital reports it. */
const deaths: Subscription = {
  event: 'signing.deceased',
  handle: async (deps, event) => {
    for (const seen of await referralsOf(deps.table, patientOf.parse(event.data).patientId)) {
      if (isEnded(seen)) continue;
      const moved = await tryMove(deps, seen, { to: 'DIED', endedReason: 'DEATH_REPORTED', doer: SYSTEM });
      if (!moved.ok) throw houseErrors.refusal('CONFLICT');
    }
  },
};

export const subscriptions: readonly Subscription[] = [
  ...ownSteps,
  ...appointmentSubscriptions,
  ...copies,
  deaths,
];
