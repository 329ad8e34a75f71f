import * as z from 'zod/mini';
import type { RawRequest, Route, Schema } from '../../context.ts';
import { type FieldFault, houseErrors } from '../../kernel/errors.ts';
import { isPersonal } from '../../privacy/audit.ts';
import { routeOf, type Step } from '../exchange.ts';
import { faultsOf } from '../field-faults.ts';
import { type JsonBody, readJsonBody } from '../json-body.ts';
import type { HttpRequest } from '../request.ts';
import { warmed } from '../warm-schema.ts';

const REQUEST_KEY = /^[\w-]{8,64}$/;

/** A body can be made of nothing but faults. */
const MOST_FAULTS = 50;

const nothing = z.strictObject({});
const NOTHING: JsonBody = { ok: true, value: undefined };

/**
 * Path, query, header and body by the route's own schemas; every fault of all of them in one answer.
 * What is not declared is a fault too: a query nobody reads, a body nobody takes. Headers and bytes of a raw request
 * are the handler's to judge.
 */
export function parse(): Step {
  return {
    before: ({ event }) => {
      const { http, params, actor, requestId, traceparent } = event;
      const route = routeOf(event);
      const faults: FieldFault[] = [];
      const read = (part: 'path' | 'query' | 'body', schema: Schema, value: unknown): unknown => {
        const result = warmed(schema).safeParse(value);
        if (!result.success) faults.push(...faultsOf(part, result.error.issues));
        return result.data;
      };
      const requestKey = requestKeyOf(route, http.headers['idempotency-key'], faults);
      const { params: pathSchema, query: querySchema, body: bodySchema } = route.request;
      const pathParams = pathSchema && read('path', pathSchema, params);
      faults.push(...personalOf(params));
      const query = read('query', querySchema ?? nothing, http.query);
      const raw = route.takes === 'raw' ? rawRequest(route, http) : undefined;
      const json = raw === undefined ? readJsonBody(route, http) : NOTHING;
      if (!json.ok) faults.push(json.fault);
      const body = json.ok && bodySchema ? read('body', bodySchema, json.value) : undefined;
      if (faults.length > 0) {
        throw houseErrors.refusal('INVALID_REQUEST', { fields: faults.slice(0, MOST_FAULTS) });
      }
      const call = { params: pathParams, query, body, actor, requestKey, requestId, traceparent };
      event.call = raw === undefined ? call : { ...call, body: undefined, raw };
    },
  };
}

/** @throws Refusal BODY_TOO_LARGE */
function rawRequest({ maxBodyBytes }: Route, { headers, body }: HttpRequest): RawRequest {
  if (body.length > maxBodyBytes) throw houseErrors.refusal('BODY_TOO_LARGE');
  return { headers, bytes: body };
}

/** No URL holds what people are known by elsewhere: it would stand in logs on the way, and no trail takes it for an id. */
function personalOf(params: Readonly<Record<string, string>> = {}): readonly FieldFault[] {
  return Object.entries(params)
    .filter(([, value]) => isPersonal(value))
    .map(([path]) => ({
      in: 'path',
      path,
      code: 'personal',
      message: '网址中不能包含身份证号或手机号',
    }));
}

function requestKeyOf(route: Route, given: string | undefined, faults: FieldFault[]): string {
  if (route.takes === 'raw') return '';
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
