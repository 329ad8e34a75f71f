import * as z from 'zod/mini';
import { type StableToken, withToken } from './stable-token.ts';
import { callWeChatOnce, type WeChatConnection } from './wechat-call.ts';
import { WeChatRefusedError, WeChatUnavailableError } from './wechat-errors.ts';

/** `POST /cgi-bin/message/subscribe/send`: one consent of a user, one message. */
export interface SubscribeMessage {
  readonly openid: string;
  /** Of the mini-program's account with WeChat. */
  readonly templateId: string;
  /** Keyword (`thing1`) to text, within WeChat's limits. */
  readonly keywords: Readonly<Record<string, string>>;
  /** Page of the mini-program that a tap opens, with its query. */
  readonly page?: string;
}

/**
 * `SENT`: WeChat has taken it. `errcode`: it certainly has not. `NOT_REACHED`: it never got there, or we had no token to
 * send with. `UNANSWERED`: nobody knows; WeChat knows no key that would make a repeat harmless.
 */
export type SubscribeOutcome = 'SENT' | 'NOT_REACHED' | 'UNANSWERED' | { readonly errcode: number };

const API = '/cgi-bin/message/subscribe/send';

const answerSchema = z.object({ errcode: z.literal(0) });

/** Sends once. Repeated inside is only a call whose token WeChat refused: that one was never looked at. */
export async function sendSubscribeMessage(
  connection: WeChatConnection & { readonly stableToken: StableToken },
  { openid, templateId, keywords, page }: SubscribeMessage,
): Promise<SubscribeOutcome> {
  const body = {
    touser: openid,
    template_id: templateId,
    data: Object.fromEntries(Object.entries(keywords).map(([name, value]) => [name, { value }])),
    ...(page === undefined ? {} : { page }),
  };
  try {
    const answer = await withToken(connection.stableToken, (token) =>
      callWeChatOnce(connection, {
        api: API,
        query: { access_token: token },
        body,
        answer: answerSchema,
      }),
    );
    if (typeof answer === 'string') return answer;
    return answer.ok ? 'SENT' : { errcode: answer.errcode };
  } catch (error) {
    // No token came: nothing was sent.
    if (error instanceof WeChatUnavailableError) return 'NOT_REACHED';
    if (error instanceof WeChatRefusedError) return { errcode: error.errcode };
    throw error;
  }
}
