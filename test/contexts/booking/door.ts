import type { APIGatewayProxyEventV2, Context as LambdaContext } from 'aws-lambda';
import { booking } from '../../../functions/booking/context.ts';
import { relationItem } from '../../../shared/access/care-relations.ts';
import type { SessionClaims } from '../../../shared/access/sessions.ts';
import type { Context } from '../../../shared/context.ts';
import type { Deps } from '../../../shared/deps.ts';
import { createApi } from '../../../shared/http/api.ts';
import type { TestDeps } from '../../support/deps.ts';
import { HOSPITAL } from './scene.ts';

type StaffRole = Exclude<SessionClaims, { kind: 'resident' }>['roles'][number];

export interface Answer {
  readonly status: number;
  readonly code: string | undefined;
  readonly body: unknown;
  readonly headers: Readonly<Record<string, string>>;
}

export interface Asking {
  /** Session token; left out: nobody is logged in. */
  readonly as?: string;
  readonly body?: unknown;
  readonly query?: Record<string, string>;
  /** Idempotency key; `null` leaves it out. */
  readonly key?: string | null;
}

let requests = 0;

export type Door = (method: string, path: string, asking?: Asking) => Promise<Answer>;

/** Booking, or another context, as its HTTP Lambda serves it. */
export function door(deps: Deps & Pick<TestDeps, 'meter'>, context: Context = booking): Door {
  const api = createApi(context, deps);
  const answer: Door = async (method, path, { as, body, query, key } = {}) => {
    requests += 1;
    const number = String(requests).padStart(6, '0');
    const edgeId = `edge-${number}`;
    const idempotencyKey = key === undefined ? `request-${number}` : key;
    const event = {
      rawPath: path,
      headers: {
        ...(as === undefined ? {} : { authorization: `Bearer ${as}` }),
        ...(idempotencyKey === null ? {} : { 'idempotency-key': idempotencyKey }),
        'content-type': 'application/json',
      },
      ...(query === undefined ? {} : { queryStringParameters: query }),
      requestContext: { http: { method, path }, requestId: edgeId },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      isBase64Encoded: false,
    } as unknown as APIGatewayProxyEventV2;
    const given = await api(event, { awsRequestId: edgeId } as LambdaContext);
    const text = given.isBase64Encoded ? Buffer.from(given.body, 'base64').toString('utf8') : given.body;
    const isJson = /json/.test(given.headers['content-type'] ?? '');
    const parsed: unknown = text === '' ? undefined : isJson ? JSON.parse(text) : text;
    return {
      status: given.statusCode,
      code: (parsed as { code?: string } | undefined)?.code,
      body: parsed,
      headers: given.headers,
    };
  };
  const { meter } = deps;
  if (meter === undefined) return answer;
  return (method, path, asking) => meter.request(context, method, path, () => answer(method, path, asking));
}

async function session(deps: Deps, claims: SessionClaims): Promise<string> {
  await deps.table.put({ pk: `session#${claims.accountId}`, sk: 'version', version: 1 });
  return (await deps.sessions.issue(claims, 30 * 24 * 3_600_000)).token;
}

/** A resident who stands in a relation to a patient, or to none. */
export async function resident(
  deps: Deps,
  accountId: string,
  patientId?: string,
  kind: 'SELF' | 'GUARDIAN' | 'FAMILY' = 'SELF',
): Promise<string> {
  if (patientId !== undefined) {
    const since = '2026-01-01T00:00:00.000Z';
    await deps.table.put(relationItem({ patientId, kind, holderId: accountId, since }));
  }
  return session(deps, { kind: 'resident', accountId, roles: ['resident'], version: 1 });
}

export interface Employment {
  readonly institutionId?: string;
  readonly practitionerId?: string;
  readonly secondFactor?: boolean;
  /** Patients who have signed with this doctor. */
  readonly signed?: readonly string[];
}

export async function staff(
  deps: Deps,
  accountId: string,
  roles: readonly StaffRole[],
  { institutionId = HOSPITAL, practitionerId, secondFactor = true, signed = [] }: Employment = {},
): Promise<string> {
  for (const patientId of signed) {
    const since = '2026-01-01T00:00:00.000Z';
    await deps.table.put(
      relationItem({ patientId, kind: 'SIGNED', holderId: practitionerId ?? accountId, since }),
    );
  }
  return session(deps, {
    kind: 'staff',
    accountId,
    institutionId,
    ...(practitionerId === undefined ? {} : { practitionerId }),
    roles,
    secondFactor,
    version: 1,
  });
}
