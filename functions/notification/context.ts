import { OPENID_PREFIX } from '../../shared/access/openid-view.ts';
import { PHONE_PREFIX } from '../../shared/access/phone-view.ts';
import { defineContext } from '../../shared/define-context.ts';
import { notificationErrors } from './errors.ts';
import { TICK } from './message-moves.ts';
import { provideNotification } from './notification-deps.ts';
import { residentRoutes } from './resident-routes.ts';
import { staffRoutes } from './staff-routes.ts';
import { subscriptions } from './subscriptions.ts';
import { tickMessage } from './tick-message.ts';

export const notification = defineContext({
  name: 'notification',
  errors: notificationErrors,
  routes: [...residentRoutes, ...staffRoutes],
  subscriptions,
  timers: { [TICK]: tickMessage },
  grants: [
    { prefix: 'relation#', access: 'read' },
    { prefix: 'institution#', access: 'read' },
    { prefix: 'session#', access: 'read' },
    { prefix: 'patient#', access: 'read' },
    { prefix: OPENID_PREFIX, access: 'read' },
    { prefix: PHONE_PREFIX, access: 'read' },
    // The access token is one for all functions of the city: whoever finds it old fetches the next.
    { prefix: 'wechat#', access: 'read' },
    { prefix: 'wechat#', access: 'write' },
    { prefix: 'keys#wechat', access: 'read' },
    { prefix: 'keys#wechat', access: 'write' },
    { prefix: 'secrets#notification', access: 'read' },
    { prefix: 'audit#', access: 'write' },
  ],
  provide: provideNotification,
});
