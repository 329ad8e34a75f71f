import type { Route } from '../context.ts';
import { type FieldFault, houseErrors } from '../kernel/errors.ts';
import type { HttpRequest } from './request.ts';

const JSON_TYPE = /^application\/([\w.-]+\+)?json\s*(;|$)/i;

/** Deeper than any contract; a parser that walks by recursion stays far from its stack's end. */
const DEEPEST = 32;

/** The escape of one half of a character. Nothing else makes halves: the bytes themselves are read as UTF-8. */
const HALF_ESCAPED = /\\u[dD][89a-fA-F]/;

export type JsonBody =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly fault: FieldFault };

/**
 * The body as JSON, undefined where there is none. A route without a body takes none.
 * @throws Refusal BODY_TOO_LARGE, UNSUPPORTED_MEDIA_TYPE
 */
export function readJsonBody({ request, maxBodyBytes }: Route, { body, headers }: HttpRequest): JsonBody {
  if (body.length === 0) return { ok: true, value: undefined };
  if (request.body === undefined) return faulty('unexpected_body', '该请求不接受内容');
  if (body.length > maxBodyBytes) throw houseErrors.refusal('BODY_TOO_LARGE');
  if (!JSON_TYPE.test(headers['content-type'] ?? 'application/json')) {
    throw houseErrors.refusal('UNSUPPORTED_MEDIA_TYPE');
  }
  const text = body.toString('utf8');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return faulty('invalid_json', '不是有效的 JSON 内容');
  }
  if (isDeeperThan(DEEPEST, value)) return faulty('too_deep', '内容嵌套过深');
  if (HALF_ESCAPED.test(text) && hasHalfCharacter(value)) return faulty('invalid_text', '含有不完整的字符');
  return { ok: true, value };
}

function faulty(code: string, message: string): JsonBody {
  return { ok: false, fault: { in: 'body', path: '', code, message } };
}

function isDeeperThan(levels: number, value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((inner) => isDeeperThan(levels - 1, inner));
}

/** Such a text can neither be stored nor sent on. */
function hasHalfCharacter(value: unknown): boolean {
  if (typeof value === 'string') return !value.isWellFormed();
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(value).some(([name, inner]) => !name.isWellFormed() || hasHalfCharacter(inner));
}
