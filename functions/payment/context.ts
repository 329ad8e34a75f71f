import { OPENID_PREFIX } from '../../shared/access/openid-view.ts';
import { CHARGE_LOCK_PREFIX } from '../../shared/charges/charge-lock.ts';
import { defineContext } from '../../shared/define-context.ts';
import { checkSettlement } from './check-settlement.ts';
import { deskRoutes } from './desk-routes.ts';
import { paymentErrors } from './errors.ts';
import { financeRoutes } from './finance-routes.ts';
import { followRefund } from './follow-refund.ts';
import { notificationRoute } from './notification-route.ts';
import { payerRoutes } from './payer-routes.ts';
import { providePayment } from './payment-deps.ts';
import { openReconciliations, runReconciliation } from './reconcile.ts';
import { reconcileRoutes } from './reconcile-routes.ts';
import { RECONCILE } from './reconcile-store.ts';
import { CHECK, REFUND } from './store.ts';
import { subscriptions } from './subscriptions.ts';
import { worklistRoutes } from './worklist-routes.ts';

export const payment = defineContext({
  name: 'payment',
  errors: paymentErrors,
  routes: [
    ...payerRoutes,
    ...deskRoutes,
    ...worklistRoutes,
    ...financeRoutes,
    ...reconcileRoutes,
    notificationRoute,
  ],
  subscriptions,
  timers: {
    [CHECK]: (deps, { key }) => checkSettlement(deps, key),
    [REFUND]: (deps, { item }) => followRefund(deps, item),
    [RECONCILE]: (deps, { item }) => runReconciliation(deps, item),
  },
  schedules: [
    {
      name: 'reconcile',
      // WeChat makes the bills of the day before at ten.
      dailyAt: '10:30',
      handle: (deps, { at }) => openReconciliations(deps, at),
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
