import type { DomainEvent, Table } from '../data/table.ts';
import { type Access, auditEntry, requestIdOf } from './audit.ts';

/** Who did it and to whose record, as the change's own event tells. */
export interface AuditedChange extends Pick<Access, 'patientId' | 'subject' | 'purpose'> {
  /** Account, or `system`: time, another context, or a provider did it. */
  readonly by: string;
  /** Left out: `account`, or `system` for what `system` does. */
  readonly role?: string | undefined;
  readonly institutionId?: string | undefined;
}

/**
 * Writes a change down for its patient from the event that tells of it, so that the change itself pays for no further
 * write. The entry's id is the event's: heard again it is there once. @throws AuditRefusedError
 */
export async function auditEvent(
  table: Pick<Table, 'put'>,
  { id, at, traceparent }: DomainEvent,
  { by, role, institutionId, patientId, subject, purpose }: AuditedChange,
): Promise<void> {
  const entry = auditEntry(id, {
    actor: {
      accountId: by,
      role: role ?? (by === 'system' ? 'system' : 'account'),
      ...(institutionId === undefined ? {} : { institutionId }),
    },
    action: 'WRITE',
    patientId,
    subject,
    purpose,
    at,
    requestId: requestIdOf(traceparent),
  });
  await table.put(entry, { if: { $exists: false } });
}
