import type { Doer } from '../../shared/access/acting.ts';
import { eventFor } from '../../shared/data/events.ts';
import type { DomainEvent } from '../../shared/data/table.ts';
import type { Deps } from '../../shared/deps.ts';
import type { Critical, Report } from './store.ts';
import type { ReportStatus } from './transitions.ts';
import { isVisible } from './transitions.ts';

export function eventTypeOf(status: ReportStatus): string {
  return `report.${status.toLowerCase()}`;
}

/** Not states but news of one. */
export const NEWS = {
  matched: 'report.matched',
  released: 'report.released',
  older: 'report.older-version-kept',
} as const;

export const CRITICAL_NEWS = {
  notified: 'report.critical-notified',
  escalated: 'report.critical-escalated',
  acknowledged: 'report.critical-acknowledged',
  resolved: 'report.critical-resolved',
  withdrawn: 'report.critical-withdrawn',
} as const;

export const ORDER_NEWS = {
  ORDERED: 'report.examination-ordered',
  RECOGNISED: 'report.examination-recognised',
  REPEATED: 'report.examination-repeated',
  REFUSED: 'report.examination-refused',
} as const;

type Told = Pick<Report, 'reportId' | 'patientId' | 'institutionId' | 'version' | 'status' | 'release'>;

/** What consumers need to find the report, and who did it: ids and codes only (`contracts.ts`). */
export function reportEvent(
  deps: Pick<Deps, 'ids' | 'clock'>,
  type: string,
  { reportId, patientId, institutionId, version, status, release }: Told,
  { by, role, traceparent }: Doer,
): DomainEvent {
  return eventFor(deps, type, {
    data: {
      reportId,
      ...(patientId === undefined ? {} : { patientId }),
      institutionId,
      version,
      status,
      tells: isVisible({ status }) && release === 'OPEN',
      by,
      role,
    },
    ...(traceparent === undefined ? {} : { traceparent }),
  });
}

export function criticalEvent(
  deps: Pick<Deps, 'ids' | 'clock'>,
  type: string,
  { reportId, order, status, to, escalations }: Critical,
  { patientId }: Pick<Report, 'patientId'>,
  { by, role, traceparent }: Doer,
): DomainEvent {
  return eventFor(deps, type, {
    data: {
      reportId,
      ...(patientId === undefined ? {} : { patientId }),
      ...order,
      status,
      to,
      escalations,
      by,
      role,
    },
    ...(traceparent === undefined ? {} : { traceparent }),
  });
}
