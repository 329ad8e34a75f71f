import * as z from 'zod/mini';
import { type LocalRoute, ok, post, refused } from '../http/local-route.ts';
import { wechatFaultsSchema } from './knobs.ts';
import type { WeChatStandIn } from './server.ts';

const codesRequest = z.strictObject({
  person: z.string().check(z.regex(/^[\w-]{1,60}$/)),
  /** With a person WeChat does not know yet: their telephone number. */
  phone: z.optional(z.string().check(z.regex(/^1[3-9]\d{9}$/))),
});

const consentsRequest = z.strictObject({
  person: z.string(),
  templateIds: z.optional(z.array(z.string()).check(z.minLength(1), z.maxLength(50))),
});

/** What a phone with WeChat does, and what goes wrong there. */
export function wechatRoutes(wechat: WeChatStandIn): readonly LocalRoute[] {
  return [
    post(
      '/local/wechat/codes',
      'one-time login and phone codes of a person: {"person": "demo-li-na"}',
      codesRequest,
      async ({ person, phone }) => {
        if (phone !== undefined) wechat.users.add({ person, phone });
        const user = wechat.users.get(person);
        if (user === undefined) return refused(404, `WeChat knows no ${person}; give a phone to add one`);
        return ok({ loginCode: wechat.loginCodes.issue(user), phoneCode: wechat.phoneCodes.issue(user) });
      },
    ),
    post(
      '/local/wechat/consents',
      'the popup of subscribe messages, agreed to: {"person": "demo-li-na"}; of all templates, or of those named',
      consentsRequest,
      async ({ person, templateIds = wechat.messages.templateIds }) => {
        const refusedIds = templateIds.filter((id) => !wechat.messages.consent(person, id));
        if (refusedIds.length > 0)
          return refused(404, `no such person or template: ${refusedIds.join(', ')}`);
        return ok(Object.fromEntries(templateIds.map((id) => [id, 'accept'])));
      },
    ),
    {
      method: 'GET',
      path: '/local/wechat/messages',
      summary: 'subscribe messages that have arrived, oldest first: ?person=demo-li-na',
      handle: async ({ query }) =>
        ok({ messages: wechat.messages.delivered(query.get('person') ?? undefined) }),
    },
    post(
      '/local/wechat/faults',
      'what WeChat is to do wrong: {"busy": 2, "silent": 0, "lostAnswers": 0, "rateLimited": 0, "quota": 0, "busyPercent": 5, "blocked": []}',
      wechatFaultsSchema,
      async (faults) => {
        wechat.knobs.set(faults);
        return ok(wechat.knobs.get());
      },
    ),
  ];
}
