import type * as z from 'zod/mini';
import { InvalidPayRequestError, WeChatPayError } from './pay-errors.ts';

/** @throws InvalidPayRequestError naming the first faulty field */
export function checked<S extends z.ZodMiniType>(schema: S, value: unknown): z.output<S> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new InvalidPayRequestError(parsed.error.issues[0]?.path.join('.') ?? '');
}

/** @throws WeChatPayError when an answer speaks of something else than was asked */
export function expectSame<T extends object>(api: string, answer: T, asked: Partial<T>): T {
  const names = Object.keys(asked) as (keyof T)[];
  if (names.every((name) => asked[name] === answer[name])) return answer;
  throw new WeChatPayError({ api, fault: 'MALFORMED', retryable: false, outcomeUnknown: true });
}
