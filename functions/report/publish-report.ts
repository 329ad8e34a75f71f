import type { Doer } from '../../shared/access/acting.ts';
import type { TransactOperation } from '../../shared/data/table.ts';
import type { Deps } from '../../shared/deps.ts';
import { dayOf } from '../../shared/kernel/china-time.ts';
import { instant } from '../../shared/kernel/clock.ts';
import { criticalOperations } from './critical-clock.ts';
import { reportErrors } from './errors.ts';
import { matchReport } from './match-report.ts';
import { reportPolicy } from './policy.ts';
import type { Publication, RowOutcome } from './publish-contracts.ts';
import { eventTypeOf, NEWS, reportEvent } from './report-event.ts';
import { changeOperations, placeOf } from './report-moves.ts';
import { keepUntilOf, releaseOf, verdictOf, versionOf } from './rules.ts';
import { openEdition, reportIdOf, sealEdition } from './sealing.ts';
import { type Edition, editions, type Order, type Report, reports } from './store.ts';

/** Each lost race is another version of this very report that was published at the same moment. */
const MOST_ATTEMPTS = 8;

export interface Publishing {
  readonly institutionId: string;
  readonly content: Publication;
  readonly doer: Doer;
}

export type Published = Omit<RowOutcome, 'row'>;

type Refusal = 'REPORT_CONFLICT' | 'VERSIONS_MIXED' | 'WRONG_STATE' | 'ROW_LOST_RACE';

/**
 * R1: one version of one report, kept once however often it comes. R2: it becomes the present one only if it is newer
 * and the table of states lets it; a late older one is kept beside. One conditional transaction, judged anew when
 * somebody was faster.
 */
export async function publishReport(deps: Deps, publishing: Publishing): Promise<Published> {
  const { institutionId, content } = publishing;
  const reportId = await reportIdOf(deps, institutionId, content.reportNumber);
  for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt += 1) {
    const published = await tryPublish(deps, reportId, publishing);
    if (published === undefined) continue;
    // Whoever registered between the look and the write has not seen the report, and the write has not seen them.
    if (published.matched !== false) return published;
    const patientId = await matchReport(deps, reportId);
    return { ...published, matched: patientId !== undefined };
  }
  return refused('ROW_LOST_RACE', reportId);
}

async function tryPublish(
  deps: Deps,
  reportId: string,
  publishing: Publishing,
): Promise<Published | undefined> {
  const { content } = publishing;
  const version = versionOf(content);
  const { seen, same } = await lookUp(deps, reportId, version);
  const verdict = verdictOf(content, seen, same);
  switch (verdict) {
    case 'REPEATED':
      return { outcome: 'REPEATED', reportId, matched: seen?.patientId !== undefined };
    case 'CONFLICT':
      return refused('REPORT_CONFLICT', reportId);
    case 'MIXED':
      return refused('VERSIONS_MIXED', reportId);
    case 'WRONG_STATE':
      return refused('WRONG_STATE', reportId);
    case 'OLDER':
      return seen === undefined ? undefined : keepOlder(deps, seen, publishing);
    default:
      return makePresent(deps, reportId, seen, publishing);
  }
}

async function lookUp(
  deps: Deps,
  reportId: string,
  version: number,
): Promise<{ readonly seen: Report | undefined; readonly same: Publication | undefined }> {
  const keys = [reports.key(reportId), editions.key({ reportId, version })];
  const [head, edition] = await deps.table.getMany(keys, { consistent: true });
  const same = edition === undefined ? undefined : await openEdition(deps, reportId, editions.from(edition));
  return { seen: head === undefined ? undefined : reports.from(head), same };
}

async function keepOlder(deps: Deps, seen: Report, publishing: Publishing): Promise<Published | undefined> {
  const edition = await editionOf(deps, seen.reportId, publishing);
  const event = reportEvent(deps, NEWS.older, { ...seen, ...edition }, publishing.doer);
  const { ok } = await editions.put(deps.table, { ...seen, version: edition.version }, edition, {
    if: { $exists: false },
    event,
  });
  if (!ok) return undefined;
  return { outcome: 'OLDER', reportId: seen.reportId, matched: seen.patientId !== undefined };
}

async function makePresent(
  deps: Deps,
  reportId: string,
  seen: Report | undefined,
  publishing: Publishing,
): Promise<Published | undefined> {
  const { content, doer } = publishing;
  const edition = await editionOf(deps, reportId, publishing);
  const place = await placeOf(deps, content);
  const bare = presentOf(deps, reportId, publishing, place);
  const { along, critical } = await criticalOperations(deps, { seen, after: bare, content, doer });
  const after = critical ? { ...bare, critical: true as const } : bare;
  const event = reportEvent(deps, eventTypeOf(after.status), after, doer);
  const operations: readonly TransactOperation[] = [
    ...(await changeOperations(deps, seen, after, content, event)),
    editions.putOperation({ reportId, version: edition.version }, edition, { if: { $exists: false } }),
    ...along,
  ];
  const { ok } = await deps.table.transact(operations);
  if (!ok) return undefined;
  return { outcome: 'PUBLISHED', reportId, matched: after.patientId !== undefined };
}

async function editionOf(deps: Deps, reportId: string, { content, doer }: Publishing): Promise<Edition> {
  const version = versionOf(content);
  return {
    version,
    status: content.status,
    receivedAt: instant(deps.clock),
    by: doer.by,
    sealed: await sealEdition(deps, reportId, version, content),
  };
}

function presentOf(
  deps: Deps,
  reportId: string,
  { institutionId, content }: Publishing,
  place: Pick<Report, 'patientId' | 'waitsUnder'>,
): Omit<Report, 'writes'> {
  const { reportNumber, kind, status, issuedAt, effectiveAt } = content;
  const policy = deps.city.policy(reportPolicy).at(dayOf(deps.clock.now()));
  return {
    reportId,
    institutionId,
    reportNumber,
    kind,
    status,
    version: versionOf(content),
    issuedAt,
    effectiveAt,
    order: orderOf(institutionId, content),
    // Handed over was the version before: a new one is closed again.
    release: releaseOf(policy, content),
    keepUntil: keepUntilOf(policy, content),
    ...place,
  };
}

function orderOf(institutionId: string, { order }: Publication): Order {
  const { departmentId, practitionerId } = order;
  return {
    institutionId: order.institutionId ?? institutionId,
    ...(departmentId === undefined ? {} : { departmentId }),
    ...(practitionerId === undefined ? {} : { practitionerId }),
  };
}

function refused(code: Refusal, reportId: string): Published {
  const { message } = reportErrors.definitions[code];
  return { outcome: 'REFUSED', reportId, code, message };
}
