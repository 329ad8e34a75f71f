import { type LocalRoute, ok, post } from '../http/local-route.ts';
import { type SmsStandIn, smsFaultsSchema } from './server.ts';

/** Everybody's telephone, and what goes wrong on the way there. */
export function smsRoutes(sms: SmsStandIn): readonly LocalRoute[] {
  return [
    {
      method: 'GET',
      path: '/local/sms/messages',
      summary: 'text messages that have arrived, oldest first: ?phone=13800000001',
      handle: async ({ query }) => {
        const phone = query.get('phone');
        return ok({ messages: sms.inbox.filter((text) => phone === null || text.phone === phone) });
      },
    },
    post(
      '/local/sms/faults',
      'what the provider is to do wrong: {"busy": 2, "silent": 0, "lostAnswers": 0, "dead": ["13800000001"]}',
      smsFaultsSchema,
      async (faults) => {
        sms.setFaults(faults);
        return ok(faults);
      },
    ),
  ];
}
