import { bookAppointment } from '../../../functions/booking/book-appointment.ts';
import { cancelAppointment } from '../../../functions/booking/cancel-appointment.ts';
import { cancelSchedule } from '../../../functions/booking/cancel-schedule.ts';
import { rescheduleAppointment } from '../../../functions/booking/reschedule-appointment.ts';
import type { Appointment } from '../../../functions/booking/store.ts';
import { closeSettlement } from '../../../functions/payment/close-settlement.ts';
import { launchSettlement } from '../../../functions/payment/launch-settlement.ts';
import { learnFromWeChat } from '../../../functions/payment/learn-from-wechat.ts';
import { openSettlement } from '../../../functions/payment/open-settlement.ts';
import { askingWeChat } from '../../../functions/payment/payer-routes.ts';
import type { PaymentDeps } from '../../../functions/payment/payment-deps.ts';
import { askRefund } from '../../../functions/payment/request-refund.ts';
import { confirmRefund, retryRefund } from '../../../functions/payment/retry-refund.ts';
import { type Settlement, settlements } from '../../../functions/payment/store.ts';
import { takeOnsitePayment } from '../../../functions/payment/take-onsite-payment.ts';
import { payFaultsSchema } from '../../../infra/local/wechat/pay/knobs.ts';
import { endRefund } from '../../../infra/local/wechat/pay/refund-end.ts';
import { accountOf, openidOf, PATIENTS } from '../../contexts/payment/interleaving-world.ts';
import type { Dice } from '../../support/dice.ts';
import type { Actor, Operation, Plan } from '../kernel/part.ts';
import type { Cashier } from './payment.ts';

type Work = (deps: PaymentDeps) => Promise<unknown>;

const CLERK = { by: 'clerk-1' };
const FOR_PEOPLE = ['abnormalRefunds', 'closedRefunds', 'userPaying'] as const;

const operation = (
  who: Actor,
  weight: number,
  plan: (dice: Dice) => { readonly words: string; readonly work: Work } | undefined,
): Operation => ({
  who,
  weight,
  // All containers of this city have WeChat in reach.
  plan: (dice) => plan(dice) as Plan | undefined,
});

/** What payers, clerks and WeChat do. */
export function paymentOperations(cashier: Cashier): Readonly<Record<string, Operation>> {
  return { ...payers(cashier), ...visits(cashier), ...desks(cashier), ...wechat(cashier) };
}

function payers(cashier: Cashier): Record<string, Operation> {
  const { watch, handedOut } = cashier;
  const open: Operation = operation('resident', 20, (dice) => {
    const payable = [...watch.appointments.values()].filter(
      ({ charge }) => cashier.isOpen(charge) || (charge?.status === 'OPEN' && dice.next() < 0.1),
    );
    if (payable.length === 0) return undefined;
    const { patientId } = dice.pick(payable);
    const own = payable.filter((each) => each.patientId === patientId);
    const wanted = own.filter(() => dice.next() < 0.35);
    const chosen = wanted.length === 0 ? [dice.pick(own)] : wanted;
    const chargeIds = chosen.flatMap(({ charge }) => charge?.chargeId ?? []);
    // Now and then a key that was used before, for something else.
    const requestKey = `open-${dice.next() < 0.15 ? dice.below(3) : dice.below(1_000_000)}`;
    const accountId = accountOf(patientId);
    return {
      words: `${patientId} opens a payment of ${chargeIds.join(' and ')}, ${requestKey}`,
      work: async (deps) => {
        const settlement = await openSettlement(deps, { patientId, chargeIds, accountId, requestKey });
        if (settlement.status === 'PENDING') await launch(cashier, deps, settlement);
      },
    };
  });
  return {
    open,
    launch: withSettlement(
      cashier,
      ['resident', 3],
      () => true,
      (deps, seen) => launch(cashier, deps, seen),
    ),
    check: withSettlement(
      cashier,
      ['resident', 3],
      ({ method, status }) => method === 'WECHAT' && status !== 'PAID',
      (deps, seen) => askingWeChat(learnFromWeChat(deps, seen)),
    ),
    close: withSettlement(
      cashier,
      ['resident', 4],
      ({ status }) => status === 'PENDING',
      async (deps, seen) => (await askingWeChat(closeSettlement(deps, seen, 'PAYER'))).outcome,
    ),
    pay: operation('resident', 15, (dice) => {
      const unpaid = [...handedOut].filter(([id]) => dice.next() < 0.2 || isUnpaid(cashier, id));
      if (unpaid.length === 0) return undefined;
      const [prepayId, payer] = dice.pick(unpaid);
      return {
        words: `${payer} pays ${prepayId} at WeChat`,
        work: async () => {
          const { outcome, ...rest } = await cashier.city.scheduler.apart(() =>
            cashier.provider.pay(prepayId, openidOf(payer)),
          );
          cashier.city.look();
          return outcome === 'PAID' ? 'ok' : 'reason' in rest ? rest.reason : outcome;
        },
      };
    }),
    finish: operation('resident', 3, (dice) => {
      if (handedOut.size === 0) return undefined;
      const [prepayId, isPaid] = [dice.pick([...handedOut.keys()]), dice.next() < 0.6];
      return {
        words: `whoever is at the password for ${prepayId} ${isPaid ? 'pays' : 'gives up'}`,
        work: async () =>
          (await cashier.city.scheduler.apart(() => cashier.provider.finish(prepayId, isPaid))).outcome,
      };
    }),
  };
}

function visits(cashier: Cashier): Record<string, Operation> {
  const own = (patientId: string, fits: (one: Appointment) => boolean): readonly Appointment[] =>
    [...cashier.watch.appointments.values()].filter((each) => each.patientId === patientId && fits(each));
  const channel = 'MINI_PROGRAM' as const;
  return {
    book: operation('resident', 22, (dice) => {
      const patientId = dice.pick(PATIENTS);
      const { scheduleId } = dice.pick(cashier.clinics);
      const requestKey = `book-${dice.below(6)}`;
      const order = {
        scheduleId,
        patientId,
        hold: false,
        channel,
        requestKey,
        doer: { by: accountOf(patientId) },
      };
      return {
        words: `${patientId} books ${scheduleId}, ${requestKey}`,
        work: (deps) => bookAppointment(deps, order),
      };
    }),
    cancel: operation('resident', 6, (dice) => {
      const patientId = dice.pick(PATIENTS);
      const some = own(patientId, ({ endedAt }) => endedAt === undefined);
      if (some.length === 0) return undefined;
      const [one, atDesk] = [dice.pick(some), dice.next() < 0.3];
      return {
        words: `${patientId} cancels ${one.appointmentId}${atDesk ? ' at the window' : ''}`,
        work: (deps) => cancelAppointment(deps, one, { doer: { by: accountOf(patientId) }, atDesk }),
      };
    }),
    reschedule: operation('resident', 3, (dice) => {
      const patientId = dice.pick(PATIENTS);
      const some = own(patientId, ({ status }) => status === 'BOOKED');
      if (some.length === 0) return undefined;
      const [id, { scheduleId }] = [dice.pick(some), dice.pick(cashier.clinics)];
      const requestKey = `move-${dice.below(6)}`;
      return {
        words: `${patientId} moves ${id.appointmentId} to ${scheduleId}, ${requestKey}`,
        work: (deps) =>
          rescheduleAppointment(deps, {
            id,
            scheduleId,
            channel,
            requestKey,
            doer: { by: accountOf(patientId) },
          }),
      };
    }),
    stop: operation('clerk', 0.4, (dice) => {
      const clinic = dice.pick(cashier.clinics);
      return {
        words: `${clinic.scheduleId} is cancelled`,
        work: (deps) => cancelSchedule(deps, { ...clinic, reason: '停诊', doer: CLERK }),
      };
    }),
    onsite: operation('clerk', 3, (dice) => {
      const patientId = dice.pick(PATIENTS);
      const some = own(patientId, ({ charge }) => charge?.status === 'OPEN');
      if (some.length === 0) return undefined;
      const { institutionId, charge } = dice.pick(some);
      const chargeIds = [charge?.chargeId ?? ''];
      const requestKey = `till-${dice.below(1_000_000)}`;
      const order = {
        institutionId,
        patientId,
        chargeIds,
        means: 'CASH' as const,
        accountId: 'clerk-1',
        requestKey,
      };
      return {
        words: `${patientId} pays ${chargeIds.join()} in cash at ${institutionId}`,
        work: (deps) => takeOnsitePayment(deps, order),
      };
    }),
  };
}

function desks(cashier: Cashier): Record<string, Operation> {
  const { watch, provider } = cashier;
  const decide = (weight: number, words: string, how: typeof retryRefund | typeof confirmRefund): Operation =>
    operation('clerk', weight, (dice) => {
      const refunds = [...watch.refunds.values()].filter(({ status }) => status !== 'REPLACED');
      if (refunds.length === 0) return undefined;
      const deciding = cashier.deciding(dice.pick(refunds));
      return {
        words: `a clerk ${words} refund ${deciding.refundNo}`,
        work: (deps) => askingWeChat(how(deps, deciding)),
      };
    });
  return {
    refund: operation('clerk', 5, (dice) => {
      const paid = [...watch.settlements.values()].filter(({ status }) => status === 'PAID');
      if (paid.length === 0) return undefined;
      const { settlementId, lines } = dice.pick(paid);
      const { chargeId, selfFen } = dice.pick(lines);
      const amountFen = dice.pick([undefined, 1, Math.max(1, selfFen >> 1), selfFen]);
      const asked = {
        ...{ chargeId, key: `clerk-${dice.below(4)}`, reason: '窗口退费', by: 'clerk-1' },
        ...(amountFen === undefined ? {} : { amountFen }),
      };
      return {
        words: `a clerk asks for ${amountFen ?? 'all'} fen of ${chargeId} back, ${asked.key}`,
        work: async (deps) =>
          (await askRefund(deps, settlementId, asked)) === undefined ? 'nothing left' : 'ok',
      };
    }),
    retry: decide(1.5, 'asks anew for', retryRefund),
    'confirm-refund': decide(1.5, 'confirms', confirmRefund),
    desk: operation('provider', 1.5, (dice) => {
      const stuck = [...provider.desk.books.all('refund')].filter(([, { state }]) => state === 'ABNORMAL');
      if (stuck.length === 0) return undefined;
      const [[id], end] = [dice.pick(stuck), dice.pick(['SUCCESS', 'SUCCESS', 'CLOSED'] as const)];
      return {
        words: `WeChat’s desk ends the refund ${id} as ${end}`,
        work: async () => endRefund(provider.desk, id, end),
      };
    }),
  };
}

function wechat(cashier: Cashier): Record<string, Operation> {
  const { provider, city } = cashier;
  return {
    notify: operation('provider', 8, () => ({
      words: 'WeChat sends what is due',
      work: () => city.scheduler.apart(() => provider.agenda.runDue()),
    })),
    'letter-again': operation('provider', 3, (dice) => {
      const ids = [...provider.desk.books.all('callback').keys()];
      if (ids.length === 0) return undefined;
      const id = dice.pick(ids);
      return {
        words: `WeChat sends ${id} twice more while all others stand still`,
        work: () => city.scheduler.apart(() => cashier.letters.replay(cashier, id)),
      };
    }),
    faults: operation('provider', 5, (dice) => {
      const { delaySeconds: _, ...counted } = payFaultsSchema.parse({});
      // A stranger's key takes long to make: now and then is enough.
      const few = Object.keys(counted).filter((name) => name !== 'forged' || dice.next() < 0.05);
      // What a person has to see to, more often than WeChat has it.
      const names = [...few, ...FOR_PEOPLE, ...FOR_PEOPLE, ...FOR_PEOPLE];
      const chosen = Array.from(
        { length: 1 + dice.below(3) },
        () => [dice.pick(names), 1 + dice.below(3)] as const,
      );
      const faults = { ...Object.fromEntries(chosen), delaySeconds: dice.pick([30, 300, 3_000, 86_400]) };
      return {
        words: `WeChat’s faults: ${JSON.stringify(faults)}`,
        work: async () => provider.desk.knobs.set({ ...provider.desk.knobs.get(), ...faults }),
      };
    }),
  };
}

/** As a route would read it, at some time before it is used. */
function withSettlement(
  cashier: Cashier,
  [who, weight]: readonly [Actor, number],
  fits: (settlement: Settlement) => boolean,
  work: (deps: PaymentDeps, seen: Settlement) => Promise<unknown>,
): Operation {
  return operation(who, weight, (dice) => {
    const fitting = [...cashier.watch.settlements.values()].filter(fits);
    if (fitting.length === 0) return undefined;
    const { settlementId } = dice.pick(fitting);
    return {
      words: `for settlement ${settlementId}`,
      work: async (deps) => {
        const seen = await settlements.get(deps.table, settlementId, { consistent: true });
        return seen === undefined ? 'nothing' : work(deps, seen);
      },
    };
  });
}

async function launch(cashier: Cashier, deps: PaymentDeps, settlement: Settlement): Promise<void> {
  const { patientId, settlementId } = settlement;
  const parameters = await launchSettlement(deps, settlement);
  cashier.handedOut.set(parameters.package.replace('prepay_id=', ''), patientId);
  cashier.watch.checkText('launch parameters', JSON.stringify({ ...parameters, settlementId }));
  cashier.watch.checkReleases();
}

function isUnpaid({ provider }: Cashier, prepayId: string): boolean {
  const { books } = provider.desk;
  const prepay = books.get('prepay', prepayId);
  return prepay !== undefined && books.get(prepay.of, prepay.id)?.state === 'NOTPAY';
}
