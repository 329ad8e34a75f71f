import type { Route, Schema } from '../../context.ts';
import { type FieldFault, houseErrors } from '../../kernel/errors.ts';
import { type Exchange, routeOf, type Step } from '../exchange.ts';
import { faultsOf } from '../field-faults.ts';

const REQUEST_KEY = /^[\w-]{8,64}$/;

/** Path, query, header and body by the route's own schemas; every fault of all of them in one answer. */
export function parse(): Step {
  return {
    before: ({ event }) => {
      const { http, params } = event;
      const route = routeOf(event);
      const faults: FieldFault[] = [];
      const requestKey = requestKeyOf(route, http.headers['idempotency-key'], faults);
      const read = (part: 'path' | 'query' | 'body', schema: Schema | undefined, value: unknown): unknown => {
        if (schema === undefined) return undefined;
        const result = schema.safeParse(value);
        if (result.success) return result.data;
        faults.push(...faultsOf(part, result.error.issues));
        return undefined;
      };
      event.call = {
        params: read('path', route.request.params, params),
        query: read('query', route.request.query, http.query),
        body: read('body', route.request.body, bodyOf(route, event, faults)),
        actor: event.actor,
        requestKey,
        requestId: event.requestId,
        traceparent: event.traceparent,
      };
      if (faults.length > 0) throw houseErrors.refusal('INVALID_REQUEST', { fields: faults });
    },
  };
}

function requestKeyOf(route: Route, given: string | undefined, faults: FieldFault[]): string {
  if (given !== undefined && REQUEST_KEY.test(given)) return given;
  if (route.requestKey === 'required' || given !== undefined) {
    faults.push({
      in: 'header',
      path: 'Idempotency-Key',
      code: given === undefined ? 'missing' : 'invalid_format',
      message: '需要 8 至 64 位字母、数字、“-”或“_”组成的请求标识',
    });
  }
  return '';
}

function bodyOf(route: Route, { http }: Exchange, faults: FieldFault[]): unknown {
  if (route.request.body === undefined) return undefined;
  if (http.body === undefined) return undefined;
  if (Buffer.byteLength(http.body) > route.maxBodyBytes) throw houseErrors.refusal('BODY_TOO_LARGE');
  if (!/^application\/(\w+\+)?json\b/.test(http.headers['content-type'] ?? 'application/json')) {
    throw houseErrors.refusal('UNSUPPORTED_MEDIA_TYPE');
  }
  try {
    return JSON.parse(http.body);
  } catch {
    faults.push({ in: 'body', path: '', code: 'invalid_json', message: '不是有效的 JSON 内容' });
    throw houseErrors.refusal('INVALID_REQUEST', { fields: faults });
  }
}
