import { blindsOf, findPerson } from '../../shared/access/person-view.ts';
import type { DomainEvent, TransactOperation } from '../../shared/data/table.ts';
import type { Deps } from '../../shared/deps.ts';
import { instantAfter } from '../../shared/kernel/duration.ts';
import type { Publication } from './publish-contracts.ts';
import { isAbnormal } from './rules.ts';
import { sealFigures, sealTitle } from './sealing.ts';
import { facts, ofKind, type Report, reports, summaries, unmatchedOf, waiting } from './store.ts';
import { isVisible } from './transitions.ts';

/** Timer of a report that waits for its patient: what a crash left between two writes is made good by it. */
export const MATCH = 'match';
const MATCH_AFTER = 'PT1M';

/** R3: whose it is. A number under another name, or one the city does not know, is nobody's, and waits. */
export async function placeOf(
  deps: Deps,
  { patient }: Pick<Publication, 'patient'>,
): Promise<Pick<Report, 'patientId' | 'waitsUnder'>> {
  const patientId = await findPerson(deps, patient);
  if (patientId !== undefined) return { patientId };
  const [blind] = await blindsOf(deps, patient.idNumber);
  return blind === undefined ? {} : { waitsUnder: blind };
}

/**
 * One change of a report as it was seen, all or nothing: the report itself under the count of its writes, its line in
 * the patient's list, its figures, and its place among those that wait. What stood elsewhere before goes.
 */
export async function changeOperations(
  deps: Deps,
  seen: Report | undefined,
  after: Omit<Report, 'writes' | 'lookupPk' | 'lookupSk'>,
  content: Publication,
  event: DomainEvent,
): Promise<readonly TransactOperation[]> {
  const { reportId } = after;
  const stored: Report = {
    ...after,
    writes: (seen?.writes ?? 0) + 1,
    ...(after.patientId === undefined
      ? { lookupPk: unmatchedOf(after.institutionId), lookupSk: `${after.issuedAt}#${reportId}` }
      : {}),
  };
  const condition = seen === undefined ? { $exists: false } : { writes: seen.writes };
  return [
    reports.putOperation(reportId, stored, { if: condition, event }),
    ...leftBehind(seen, stored),
    ...(await shownOperations(deps, stored, content)),
    ...waitingOperations(deps, seen, stored),
  ];
}

/** Where the report stood in a patient's list and figures, unless it stands there still. */
function leftBehind(seen: Report | undefined, after: Report): readonly TransactOperation[] {
  if (seen?.patientId === undefined) return [];
  const at = { ...seen, patientId: seen.patientId };
  const stays = after.patientId === seen.patientId && after.effectiveAt === seen.effectiveAt;
  return [
    ...(stays ? [] : [summaries.deleteOperation(at)]),
    ...(isVisible(seen) && !(stays && isVisible(after)) ? [facts.deleteOperation(at)] : []),
  ];
}

async function shownOperations(
  deps: Deps,
  after: Report,
  content: Publication,
): Promise<readonly TransactOperation[]> {
  const { reportId, patientId, kind, status, institutionId, issuedAt, effectiveAt, order, release } = after;
  if (patientId === undefined) return [];
  const at = { patientId, effectiveAt, reportId };
  const { examination, results, tag } = content;
  const title = { title: examination.name, abnormal: isAbnormal(results) };
  const summary = summaries.putOperation(at, {
    reportId,
    kind,
    status,
    institutionId,
    issuedAt,
    effectiveAt,
    order,
    release,
    sealed: await sealTitle(deps, at, title),
    lookupPk: ofKind(patientId, kind),
    lookupSk: `${effectiveAt}#${reportId}`,
  });
  if (!isVisible(after)) return [summary];
  const figures = {
    ...examination,
    ...(tag === undefined ? {} : { tag }),
    values: results.map(({ value, flag: _flag, name: _name, ...rest }) => ({
      ...rest,
      ...(typeof value === 'number' ? { value } : {}),
    })),
  };
  const sealed = await sealFigures(deps, at, figures);
  return [
    summary,
    facts.putOperation(at, { reportId, kind, status, institutionId, effectiveAt, order, release, sealed }),
  ];
}

function waitingOperations(
  { clock }: Pick<Deps, 'clock'>,
  seen: Report | undefined,
  { reportId, waitsUnder }: Report,
): readonly TransactOperation[] {
  if (seen?.waitsUnder === waitsUnder) return [];
  const timer = { kind: MATCH, at: instantAfter(clock.now(), MATCH_AFTER) };
  return [
    ...(seen?.waitsUnder === undefined
      ? []
      : [waiting.deleteOperation({ blind: seen.waitsUnder, reportId })]),
    ...(waitsUnder === undefined
      ? []
      : [waiting.putOperation({ blind: waitsUnder, reportId }, { reportId }, { timer })]),
  ];
}
