import { readOpenid } from '../../shared/access/openid-view.ts';
import { readPhone } from '../../shared/access/phone-view.ts';
import type { SubscribeMessage } from '../../shared/wechat/subscribe-message.ts';
import type { NotificationDeps } from './notification-deps.ts';
import type { Channel, TemplatePolicy } from './policy.ts';
import { credits, type Message } from './store.ts';
import { keywordsOf, openWords, paramsOf } from './words.ts';

/** How a message can go now: its channel, and whatever the channel needs. */
export type Way =
  | { readonly channel: 'WECHAT'; readonly message: SubscribeMessage; readonly granted: number }
  | {
      readonly channel: 'SMS';
      readonly phone: string;
      readonly templateId: string;
      readonly params: Readonly<Record<string, string>>;
    }
  | { readonly channel: 'PHONE'; readonly institutionId: string };

/** The first channel that is open to the recipient, from the message's own on. Undefined: nothing reaches them. */
export async function wayTo(
  deps: NotificationDeps,
  policy: TemplatePolicy,
  seen: Message,
): Promise<Way | undefined> {
  const from = Math.max(0, policy.channels.indexOf(seen.channel));
  for (const channel of policy.channels.slice(from)) {
    const way = await WAYS[channel](deps, policy, seen);
    if (way !== undefined) return way;
  }
  return undefined;
}

/** The channel after this one, whether it is open or not. Undefined: that was the last. */
export function channelAfter({ channels }: TemplatePolicy, channel: Channel): Channel | undefined {
  return channels[channels.indexOf(channel) + 1];
}

type Find = (deps: NotificationDeps, policy: TemplatePolicy, seen: Message) => Promise<Way | undefined>;

const WAYS: Readonly<Record<Channel, Find>> = {
  /** Read as it stands; whether a credit is left is the write's to judge (rule N3). */
  WECHAT: async (deps, { wechat }, seen) => {
    if (wechat === undefined || deps.weChatMessages === undefined || seen.recipientKind !== 'ACCOUNT')
      return undefined;
    const { recipientId: accountId, template } = seen;
    const credit = await credits.get(deps.table, { accountId, template }, { consistent: true });
    if (credit === undefined || credit.left <= 0) return undefined;
    const openid = await readOpenid(deps, accountId);
    const keywords = keywordsOf(wechat, await openWords(deps, seen));
    if (openid === undefined || keywords === undefined) return undefined;
    const { templateId, page } = wechat;
    const message = { openid, templateId, keywords, ...(page === undefined ? {} : { page }) };
    return { channel: 'WECHAT', message, granted: credit.granted };
  },
  SMS: async (deps, { sms }, seen) => {
    if (sms === undefined || seen.recipientKind === 'INSTITUTION') return undefined;
    const phone = await readPhone(deps, seen.recipientId);
    if (phone === undefined) return undefined;
    const params = paramsOf(sms, await openWords(deps, seen));
    return { channel: 'SMS', phone, templateId: sms.templateId, params };
  },
  PHONE: async (_deps, _policy, { institutionId }) =>
    institutionId === undefined ? undefined : { channel: 'PHONE', institutionId },
};
