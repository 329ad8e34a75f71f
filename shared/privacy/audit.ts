import type { Item, Page, Table } from '../data/table.ts';
import type { Ids } from '../kernel/ids.ts';

/**
 * One access to a patient's health data, for the patient's own list of who looked (PIPL Art. 55 and 69). Ids only: the
 * entry must not itself be health data.
 */
export interface Access {
  readonly actor: {
    readonly accountId: string;
    /** The role the access was granted to. */
    readonly role: string;
    /** Missing for residents. */
    readonly institutionId?: string;
  };
  readonly action: 'READ' | 'WRITE' | 'EXPORT' | 'BREAK_GLASS';
  readonly patientId: string;
  /** What was accessed: `appointment`, `report`… and which one. */
  readonly subject: { readonly kind: string; readonly id: string };
  /** Code of the ground: `self`, `guardian`, `signed-team`, `open-referral`… */
  readonly purpose: string;
  /** Instant, UTC ISO. */
  readonly at: string;
  readonly requestId: string;
}

export interface RecordedAccess extends Access {
  readonly id: string;
}

/** An entry that carries more than ids, or whose id is taken by another. The values are not repeated. */
export class AuditRefusedError extends Error {
  readonly field: string;

  constructor(field: string) {
    super('an audit entry holds ids and codes only');
    this.name = 'AuditRefusedError';
    this.field = field;
  }
}

/** Also as an HTTP API names its requests: in base64url, which may begin with `-` or `_`. */
const ID = /^[A-Za-z0-9_-][A-Za-z0-9_:./#=-]{0,127}$/;

/**
 * An identity or phone number has the shape of an id too. Only a whole part between separators counts: a run of
 * digits inside a random id or a UUID is none.
 */
const PERSONAL = /(?:^|[_:./#-])(?:\d{17}[\dXx]|1[3-9]\d{9})(?:$|[_:./#-])/;

/** Whether an id is, or has as a whole part, somebody's identity or telephone number. */
export function isPersonal(id: string): boolean {
  return PERSONAL.test(id);
}

/** The request of a W3C `traceparent`: its trace id. `none`: no request led to it. */
export function requestIdOf(traceparent: string | undefined): string {
  return traceparent?.split('-')[1] ?? 'none';
}

/**
 * The item of an access: the patient's partition, newest sorts last. In no index, since it would cost as much again and
 * nobody reads it there. @throws AuditRefusedError
 */
export function auditEntry(id: string, access: Access): Item {
  const { actor, subject, patientId, action, purpose, at, requestId } = access;
  const ids = {
    id,
    patientId,
    purpose,
    requestId,
    actorId: actor.accountId,
    actorRole: actor.role,
    ...(actor.institutionId === undefined ? {} : { institutionId: actor.institutionId }),
    subjectKind: subject.kind,
    subjectId: subject.id,
  };
  for (const [field, value] of Object.entries(ids)) {
    if (!ID.test(value) || isPersonal(value)) throw new AuditRefusedError(field);
  }
  const instant = new Date(at).toISOString();
  return {
    pk: `audit#${patientId}`,
    sk: `${instant}#${id}`,
    ...ids,
    action,
    at: instant,
  };
}

/**
 * Writes down an access before its data is handed out. Never overwrites: a repeat of the very same write (a retry whose
 * first answer was lost) is fine, another entry under the same id throws.
 */
export async function recordAccess(table: Table, ids: Ids, access: Access): Promise<RecordedAccess> {
  const item = auditEntry(ids.next(), access);
  const outcome = await table.put(item, { if: { $exists: false } });
  const isSame =
    outcome.ok ||
    (outcome.current !== undefined &&
      Object.entries(item).every(([name, value]) => outcome.current?.[name] === value));
  if (!isSame) throw new AuditRefusedError('id');
  return accessOf(item);
}

/** Who looked at a patient's data, newest first. */
export async function listAccess(
  table: Table,
  patientId: string,
  { limit = 50, after }: { readonly limit?: number; readonly after?: Item } = {},
): Promise<Page<RecordedAccess>> {
  const page = await table.query({
    pk: `audit#${patientId}`,
    descending: true,
    limit,
    ...(after === undefined ? {} : { after }),
  });
  return { items: page.items.map(accessOf), ...(page.next === undefined ? {} : { next: page.next }) };
}

function accessOf(item: Item): RecordedAccess {
  const institutionId = item['institutionId'];
  return {
    id: textOf(item, 'id'),
    actor: {
      accountId: textOf(item, 'actorId'),
      role: textOf(item, 'actorRole'),
      ...(typeof institutionId === 'string' ? { institutionId } : {}),
    },
    action: actionOf(item),
    patientId: textOf(item, 'patientId'),
    subject: { kind: textOf(item, 'subjectKind'), id: textOf(item, 'subjectId') },
    purpose: textOf(item, 'purpose'),
    at: textOf(item, 'at'),
    requestId: textOf(item, 'requestId'),
  };
}

function actionOf(item: Item): Access['action'] {
  const action = item['action'];
  if (action === 'READ' || action === 'WRITE' || action === 'EXPORT' || action === 'BREAK_GLASS')
    return action;
  throw new AuditRefusedError('action');
}

function textOf(item: Item, field: string): string {
  const value = item[field];
  if (typeof value !== 'string') throw new AuditRefusedError(field);
  return value;
}
