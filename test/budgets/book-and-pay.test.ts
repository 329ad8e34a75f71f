import { expect, test } from 'vitest';
import { cancelAppointment } from '../../functions/booking/cancel-appointment.ts';
import { settlements } from '../../functions/payment/store.ts';
import { itemBytes } from '../../shared/data/capacity.ts';
import { ME, MINUTE, type PaymentScene, payerPays } from '../contexts/payment/scene.ts';
import { BOOK_AND_PAY } from './rows/book-and-pay.ts';
import { bookAndPay } from './stories/book-and-pay.ts';

const KILOBYTE = 1024;

/** What the kinds of items on the way are at most; each must stay one write unit. */
class Sizes {
  readonly largest = new Map<string, number>();

  readonly look = ({ deps }: PaymentScene): void => {
    for (const item of deps.all()) {
      const kind = /^(booking#patient|payment#settlement|charge-lock|payment#ledger|audit)/.exec(
        item.pk,
      )?.[1];
      if (kind === undefined) continue;
      const name = `${kind} ${item.sk.replace(/[#\d].*/, '')}`;
      this.largest.set(name, Math.max(this.largest.get(name) ?? 0, itemBytes(item)));
    }
  };

  check(): void {
    for (const [name, bytes] of this.largest) expect([name, bytes < KILOBYTE]).toEqual([name, true]);
  }
}

test('to book a number and pay for it costs what its rows say', async () => {
  expect((await bookAndPay()).steps).toEqual(BOOK_AND_PAY);
});

test('each item on the way stays under 1 KB, also when the visit is called off and paid back', async () => {
  const sizes = new Sizes();
  const { scene, appointmentId } = await bookAndPay({ look: sizes.look });
  await cancelAppointment(scene.deps, { patientId: ME, appointmentId }, { doer: { by: 'acc7Xk2mPq9R' } });
  sizes.look(scene);
  for (let minute = 0; minute < 5; minute += 1) {
    await scene.pass(MINUTE);
    sizes.look(scene);
  }
  expect([...sizes.largest.keys()]).toContain('payment#settlement refund');
  sizes.check();
});

test('and so does a settlement that was given up, and then paid and given back', async () => {
  const sizes = new Sizes();
  const { scene, prepayId, settlementId } = await bookAndPay({ look: sizes.look, pays: false });
  scene.standIn.knobs.set({ userPaying: 1 });
  await payerPays(scene, prepayId);
  for (let hour = 0; hour < 26; hour += 1) {
    await scene.pass(60 * MINUTE);
    sizes.look(scene);
  }
  await scene.standIn.payer.finish(prepayId, true);
  for (let minute = 0; minute < 5; minute += 1) {
    await scene.pass(MINUTE);
    sizes.look(scene);
  }
  const settlement = await settlements.get(scene.deps.table, settlementId, { consistent: true });
  expect(settlement).toMatchObject({ status: 'PAID', closedBecause: 'GIVEN_UP', late: 'GIVEN_BACK' });
  expect(settlement?.lines[0]?.refundedFen).toBe(settlement?.totalFen);
  sizes.check();
});
