import { OPENID_PREFIX } from '../../shared/access/openid-view.ts';
import { CHARGE_LOCK_PREFIX } from '../../shared/charges/charge-lock.ts';
import { defineContext, type TimerHandler } from '../../shared/context.ts';
import { checkSettlement } from './check-settlement.ts';
import { deskRoutes } from './desk-routes.ts';
import { paymentErrors } from './errors.ts';
import { followRefund } from './follow-refund.ts';
import { notificationRoute } from './notification-route.ts';
import { payerRoutes } from './payer-routes.ts';
import { asPayment, providePayment } from './payment-deps.ts';
import { openReconciliations, runReconciliation } from './reconcile.ts';
import { RECONCILE } from './reconcile-store.ts';
import { CHECK, REFUND } from './store.ts';
import { subscriptions } from './subscriptions.ts';

const check: TimerHandler = (deps, { key }) => checkSettlement(asPayment(deps), key);
const follow: TimerHandler = (deps, { item }) => followRefund(asPayment(deps), item);
const reconcile: TimerHandler = (deps, { item }) => runReconciliation(asPayment(deps), item);

export const payment = defineContext({
  name: 'payment',
  errors: paymentErrors,
  routes: [...payerRoutes, ...deskRoutes, notificationRoute],
  subscriptions,
  timers: { [CHECK]: check, [REFUND]: follow, [RECONCILE]: reconcile },
  schedules: [
    {
      name: 'reconcile',
      // WeChat makes the bills of the day before at ten.
      dailyAt: '10:30',
      handle: (deps, { at }) => openReconciliations(asPayment(deps), at),
    },
  ],
  grants: [
    { prefix: 'charge#', access: 'read' },
    { prefix: CHARGE_LOCK_PREFIX, access: 'read' },
    { prefix: CHARGE_LOCK_PREFIX, access: 'write' },
    { prefix: OPENID_PREFIX, access: 'read' },
    { prefix: 'relation#', access: 'read' },
    { prefix: 'institution#', access: 'read' },
    { prefix: 'session#', access: 'read' },
    { prefix: 'secrets#payment', access: 'read' },
    { prefix: 'audit#', access: 'write' },
  ],
  provide: providePayment,
});
