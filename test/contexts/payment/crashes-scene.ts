import { bookAppointment } from '../../../functions/booking/book-appointment.ts';
import type { Appointment } from '../../../functions/booking/store.ts';
import { launchSettlement } from '../../../functions/payment/launch-settlement.ts';
import { openSettlement } from '../../../functions/payment/open-settlement.ts';
import type { PaymentDeps } from '../../../functions/payment/payment-deps.ts';
import { type Settlement, settlements } from '../../../functions/payment/store.ts';
import type { DomainEvent } from '../../../shared/data/table.ts';
import { broughtBy } from '../../support/bus.ts';
import { addSchedule } from '../booking/scene.ts';
import {
  accountOf,
  CLINIC,
  deliver,
  HOSPITAL,
  openidOf,
  openWorld,
  sweep,
  type World,
} from './interleaving-world.ts';

export const MINUTE = 60_000;
export const PATIENT = 'pat00001';

/** A world with two held numbers of two payees, and its stream. */
export interface Scene extends World {
  readonly events: DomainEvent[];
  readonly held: readonly Appointment[];
  everything(): Promise<void>;
}

export async function sceneOf(): Promise<Scene> {
  const events: DomainEvent[] = [];
  const world = await openWorld({
    onChange: (change) => {
      const event = broughtBy(change);
      if (event !== undefined) events.push(event);
    },
  });
  const held: Appointment[] = [];
  for (const [index, institutionId] of [HOSPITAL, CLINIC].entries()) {
    const half = index === 0 ? 'A' : 'P';
    const practitionerId = `doctor${index}`;
    const place = { institutionId, practitionerId, half } as const;
    const { scheduleId } = await addSchedule(world.direct, {
      ...place,
      feeFen: 2_000,
      paymentMode: 'ONLINE',
    });
    held.push(
      await bookAppointment(world.direct, {
        scheduleId,
        patientId: PATIENT,
        hold: false,
        channel: 'MINI_PROGRAM',
        requestKey: `book-${index}`,
        doer: { by: accountOf(PATIENT) },
      }),
    );
  }
  const everything = async (): Promise<void> => {
    await world.provider.agenda.runDue();
    await sweep(world.direct);
    for (let event = events.shift(); event !== undefined; event = events.shift())
      await deliver(world.direct, event);
  };
  return { ...world, events, held, everything };
}

export async function opened(scene: Pick<Scene, 'held'>, deps: PaymentDeps): Promise<Settlement> {
  const chargeIds = scene.held.map(({ charge }) => charge?.chargeId ?? '');
  const accountId = accountOf(PATIENT);
  return openSettlement(deps, { patientId: PATIENT, chargeIds, accountId, requestKey: 'open-1' });
}

export async function launched(scene: Scene, deps: PaymentDeps): Promise<string> {
  const settlement = await opened(scene, deps);
  const launch = await launchSettlement(deps, settlement);
  const prepayId = launch.package.replace('prepay_id=', '');
  scene.handedOut.set(prepayId, PATIENT);
  return prepayId;
}

export async function paid(scene: Scene): Promise<Settlement> {
  const prepayId = await launched(scene, scene.direct);
  await scene.provider.pay(prepayId, openidOf(PATIENT));
  await scene.everything();
  return settlementOf(scene);
}

export async function settlementOf({ direct, watch }: Pick<Scene, 'direct' | 'watch'>): Promise<Settlement> {
  const [id = ''] = watch.settlements.keys();
  const found = await settlements.get(direct.table, id, { consistent: true });
  if (found === undefined) throw new Error('nothing was opened');
  return found;
}
