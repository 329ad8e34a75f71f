import { accountOf } from '../../shared/access/acting.ts';
import { allow, ownAccount } from '../../shared/access/grants.ts';
import { type Route, route } from '../../shared/context.ts';
import type { Deps } from '../../shared/deps.ts';
import * as contract from './contracts.ts';
import { addConsents, creditsOf } from './credits.ts';
import { policyNow } from './message-moves.ts';
import { listMessages } from './message-view.ts';
import { preferences } from './store.ts';
import { TEMPLATE_NAMES, type Topic, templateOf } from './templates.ts';

const byResident = allow('resident', ownAccount);

/** What can be agreed to, what is left of it, and what is switched off. */
async function subscriptionsOf(deps: Deps, accountId: string) {
  const { templates } = policyNow(deps);
  const [left, known] = await Promise.all([
    creditsOf(deps, accountId),
    preferences.get(deps.table, accountId),
  ]);
  const off: readonly Topic[] = known?.off ?? [];
  return {
    off: [...off],
    templates: TEMPLATE_NAMES.flatMap((template) => {
      const { wechat, mandatory } = templates[template];
      const { title, topic } = templateOf(template);
      if (wechat === undefined) return [];
      const creditsLeft = left.get(template) ?? 0;
      return [{ template, title, topic, mandatory, weChatTemplateId: wechat.templateId, creditsLeft }];
    }),
  };
}

export const residentRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/notification/messages',
    summary: '发给我的通知及其送达情况',
    access: byResident,
    request: { query: contract.pageQuery },
    response: contract.messageList,
    audit: {
      subject: 'message',
      action: 'READ',
      of: ({ response }) =>
        response.messages.flatMap(({ patientId, messageId }) =>
          patientId === undefined ? [] : [{ patientId, subjectId: messageId }],
        ),
    },
    handle: (deps, call) => listMessages(deps, accountOf(call), call.query.after),
  }),
  route({
    method: 'GET',
    path: '/notification/subscriptions',
    summary: '可订阅的消息、剩余授权次数与已关闭的通知类别',
    access: byResident,
    response: contract.subscriptionView,
    handle: (deps, call) => subscriptionsOf(deps, accountOf(call)),
  }),
  route({
    method: 'POST',
    path: '/notification/consents',
    summary: '上报订阅授权结果（wx.requestSubscribeMessage）',
    access: byResident,
    request: { body: contract.consentBody },
    response: contract.subscriptionView,
    handle: async (deps, call) => {
      const accountId = accountOf(call);
      const accepted = call.body.results.flatMap(({ template, result }) =>
        result === 'accept' ? [template] : [],
      );
      await addConsents(deps, accountId, { requestKey: call.requestKey, accepted });
      return subscriptionsOf(deps, accountId);
    },
  }),
  route({
    method: 'PUT',
    path: '/notification/preferences',
    summary: '关闭或打开通知类别（强制通知除外）',
    access: byResident,
    request: { body: contract.preferencesBody },
    response: contract.subscriptionView,
    handle: async (deps, call) => {
      const accountId = accountOf(call);
      await preferences.put(deps.table, accountId, { off: [...new Set(call.body.off)] });
      return subscriptionsOf(deps, accountId);
    },
  }),
];
