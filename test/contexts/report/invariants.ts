import type { Critical, Edition, Facts, Report, Summary } from '../../../functions/report/store.ts';
import type { Item } from '../../../shared/data/table.ts';

/** The rules of reports told a second time, on what is stored, without the code that keeps them. */

export class RuleBroken extends Error {}

function must(rule: string, holds: boolean, what: string): void {
  if (!holds) throw new RuleBroken(`${rule}: ${what}`);
}

// Nothing but the context wrote these items.
const kind = <T>(items: readonly Item[], is: (item: Item) => boolean): readonly (T & Item)[] =>
  items.filter(is) as unknown as readonly (T & Item)[];

const VISIBLE = ['FINAL', 'AMENDED'];

/** What was seen at an earlier write and may never be otherwise again. */
export interface Memory {
  readonly editions: Map<string, string>;
  readonly versions: Map<string, number>;
  readonly notified: Map<string, string>;
  readonly acknowledged: Map<string, string>;
}

/** Holds between any two writes. */
export function checkRules(items: readonly Item[], memory: Memory): void {
  const reports = kind<Report>(items, ({ sk }) => sk === 'head');
  const editions = kind<Edition>(items, ({ sk }) => sk.startsWith('edition#'));
  for (const edition of editions) {
    const at = `${edition.pk} ${edition.sk}`;
    const before = memory.editions.get(at);
    must('R1', before === undefined || before === edition.sealed, `${at} was written again`);
    memory.editions.set(at, edition.sealed);
  }
  must('R1', memory.editions.size === editions.length, 'an edition is gone');
  for (const report of reports) checkReport(items, report, editions, memory);
  const known = new Set(reports.map(({ reportId }) => reportId));
  for (const { reportId } of kind<Summary>(items, ({ sk }) => sk.startsWith('list#')))
    must('R2', known.has(reportId), 'a line without its report');
  for (const critical of kind<Critical>(items, ({ sk }) => sk === 'critical')) checkClock(critical, memory);
}

function checkReport(
  items: readonly Item[],
  report: Report & Item,
  editions: readonly (Edition & Item)[],
  { versions }: Memory,
): void {
  const { reportId, version, status, patientId, waitsUnder, effectiveAt, release } = report;
  const own = editions.filter(({ pk }) => pk === report.pk);
  const newest = Math.max(...own.map((one) => one.version));
  must('R2', newest === version, `${reportId} stands at ${version} and has ${newest}`);
  must(
    'R2',
    own.some((one) => one.version === version && one.status === status),
    `${reportId} is in another state`,
  );
  must('R2', version >= (versions.get(reportId) ?? 0), `${reportId} went back`);
  versions.set(reportId, version);
  must('R3', (patientId === undefined) !== (waitsUnder === undefined), `${reportId} is nobody’s and nowhere`);
  const lines = kind<Summary>(items, (item) => item.sk.startsWith('list#') && item['reportId'] === reportId);
  const expected =
    patientId === undefined ? [] : [`report#patient#${patientId} list#${effectiveAt}#${reportId}`];
  must(
    'R2',
    lines.map(({ pk, sk }) => `${pk} ${sk}`).join() === expected.join(),
    `${reportId} is listed elsewhere`,
  );
  must(
    'R2',
    lines.every((line) => line.status === status && line.release === release),
    `${reportId}’s line is old`,
  );
  const figures = kind<Facts>(
    items,
    (item) => item.pk.startsWith('report#facts#') && item['reportId'] === reportId,
  );
  const shows = patientId !== undefined && VISIBLE.includes(status);
  must('R2', figures.length === (shows ? 1 : 0), `${reportId} has ${figures.length} sets of figures`);
  must(
    'R2',
    figures.every((one) => one.pk === `report#facts#${patientId}`),
    `${reportId}’s figures are another’s`,
  );
  must(
    'R5',
    figures.every((one) => one.release === release),
    `${reportId}’s figures are open otherwise`,
  );
  const waits = items.filter(({ pk, sk }) => pk.startsWith('report#waiting#') && sk === reportId);
  must(
    'R3',
    waits.map(({ pk }) => pk).join() === (waitsUnder === undefined ? '' : `report#waiting#${waitsUnder}`),
    `${reportId} waits elsewhere`,
  );
  const clocks = items.filter(({ pk, sk }) => pk === report.pk && sk === 'critical');
  must('R6', clocks.length === (report.critical === true ? 1 : 0), `${reportId} has ${clocks.length} clocks`);
}

function checkClock(critical: Critical, { notified, acknowledged }: Memory): void {
  const { reportId, notifiedAt, acknowledgedBy, status } = critical;
  must('R6', (notified.get(reportId) ?? notifiedAt) === notifiedAt, `${reportId}’s clock was started again`);
  notified.set(reportId, notifiedAt);
  const before = acknowledged.get(reportId);
  must('R7', before === undefined || before === acknowledgedBy, `${reportId} was acknowledged twice`);
  if (acknowledgedBy !== undefined) acknowledged.set(reportId, acknowledgedBy);
  must(
    'R7',
    (status === 'NOTIFIED' || status === 'WITHDRAWN') === (acknowledgedBy === undefined),
    `${reportId} is answered by nobody`,
  );
}
