import { type NotificationPolicy, notificationPolicy } from '../../functions/notification/policy.ts';
import { dayOf } from '../../shared/kernel/china-time.ts';
import type { Clock } from '../../shared/kernel/clock.ts';
import type { City } from '../cities/city.ts';
import type { SmsTemplate } from './sms/server.ts';
import type { MessageTemplate } from './wechat/messages.ts';

type Templates = NotificationPolicy['templates'][keyof NotificationPolicy['templates']];

/** What a city's operator has had approved by WeChat and by the provider of text messages: what its policy says. */
export function weChatTemplatesOf(city: Pick<City, 'policy'>, clock: Clock): readonly MessageTemplate[] {
  return templatesOf(city, clock).flatMap(({ wechat }) =>
    wechat === undefined
      ? []
      : [{ templateId: wechat.templateId, keywords: Object.values(wechat.keywords).map(String) }],
  );
}

export function smsTemplatesOf(city: Pick<City, 'policy'>, clock: Clock): readonly SmsTemplate[] {
  return templatesOf(city, clock).flatMap(({ sms }) => (sms === undefined ? [] : [sms]));
}

function templatesOf({ policy }: Pick<City, 'policy'>, clock: Clock): readonly Templates[] {
  if (!(notificationPolicy.name in policy)) return [];
  return Object.values(notificationPolicy.read(policy).at(dayOf(clock.now())).templates);
}
