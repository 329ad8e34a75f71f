import { booking } from '../../../functions/booking/context.ts';
import { payment } from '../../../functions/payment/context.ts';
import { putPayee } from '../../../functions/payment/payee-accounts.ts';
import { readCity } from '../../../infra/local/city/read-city.ts';
import { openidItem } from '../../../shared/access/openid-view.ts';
import { resident } from '../../contexts/booking/door.ts';
import { addPatient, addSchedule } from '../../contexts/booking/scene.ts';
import {
  ME,
  MERCHANTS,
  OPENID,
  type PaymentScene,
  payerPays,
  paymentScene,
} from '../../contexts/payment/scene.ts';
import { Meter, type Units } from '../../support/meter.ts';
import { asker } from '../walks/asker.ts';

/** Twelve characters, as identity makes them. */
const ACCOUNT = 'acc7Xk2mPq9R';
/** A UUID, which is what a mini-program sends. */
const REQUEST_KEY = '3b241101-e2bb-4255-8caf-4136c566a962';

/** The longest id of each kind in the demo city's registers. None of its schedules has all three. */
function longestPlace() {
  const { departments, practitioners } = readCity('infra/local/city/jiaxian');
  const longest = (ids: readonly string[]): string => ids.toSorted((a, b) => b.length - a.length)[0] ?? '';
  return {
    institutionId: longest(departments.map(({ institutionId }) => institutionId)),
    departmentId: longest(departments.map(({ departmentId }) => departmentId)),
    practitionerId: longest(practitioners.map(({ practitionerId }) => practitionerId)),
  };
}

export interface BookAndPay {
  readonly scene: PaymentScene;
  /** What each step of it cost, in order. */
  readonly steps: Readonly<Record<string, Units>>;
  readonly settlementId: string;
  readonly prepayId: string;
  readonly appointmentId: string;
}

/**
 * A number that costs twelve yuan is booked and paid for, request by request and with what follows of each, under ids
 * as long as a city's. `pays: false` stops before the payer pays. `look` is called after each step.
 */
export async function bookAndPay({
  look = () => {},
  pays = true,
}: {
  readonly look?: (scene: PaymentScene) => void;
  readonly pays?: boolean;
} = {}): Promise<BookAndPay> {
  const meter = new Meter();
  const scene = await paymentScene({ meter });
  const { deps } = scene;
  const place = longestPlace();
  await putPayee(deps, { institutionId: place.institutionId, mchid: MERCHANTS.hospital }, 'authority');
  await deps.table.put(await openidItem(deps, ACCOUNT, OPENID));
  await addPatient(deps, ME);
  const { scheduleId } = await addSchedule(deps, { feeFen: 1_200, paymentMode: 'ONLINE', ...place });
  await scene.hear();
  const me = () => resident(deps, ACCOUNT, ME);
  const steps: Record<string, Units> = {};
  const step = async <T>(name: string, work: () => Promise<T>): Promise<T> => {
    const before = meter.total;
    const answer = await work();
    steps[name] = meter.since(before);
    look(scene);
    return answer;
  };
  const ids = { patientId: ME };
  const asking = { as: me, key: REQUEST_KEY };
  const { appointmentId, charge } = await step('the number is booked', () =>
    asker(deps, booking)('POST /booking/patients/{patientId}/appointments', ids, {
      ...asking,
      body: { scheduleId },
    }),
  );
  await step('what follows of that', scene.hear);
  const { settlement, launch } = await step('the settlement is opened', () =>
    asker(deps, payment)('POST /payment/patients/{patientId}/settlements', ids, {
      ...asking,
      body: { chargeIds: [charge.chargeId] },
    }),
  );
  await step('what follows of the settlement', scene.hear);
  const prepayId = launch.package.replace('prepay_id=', '');
  if (pays) {
    await payerPays(scene, prepayId);
    await step('WeChat tells of the payment', () => scene.standIn.agenda.runDue());
    await step('what follows of the payment', scene.hear);
  }
  return { scene, steps, settlementId: settlement.settlementId, prepayId, appointmentId };
}
