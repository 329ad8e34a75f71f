import { listReports } from '../../functions/report/list-reports.ts';
import { publishBatch, readRows } from '../../functions/report/publish-batch.ts';
import { reportIdOf } from '../../functions/report/sealing.ts';
import { showReport } from '../../functions/report/show-report.ts';
import { showTrend } from '../../functions/report/show-trend.ts';
import {
  editions,
  reports as heads,
  institutions,
  ofPatient,
  summaries,
} from '../../functions/report/store.ts';
import { type CardHolder, personItems } from '../../shared/access/person-view.ts';
import { createDynamoTable } from '../../shared/data/dynamodb-table.ts';
import { everyPage } from '../../shared/data/every-page.ts';
import type { Consumed } from '../../shared/data/table.ts';
import type { Deps } from '../../shared/deps.ts';
import { testDeps } from '../support/deps.ts';
import { Dice } from '../support/dice.ts';
import { startTableEngine } from '../support/table-engine.ts';

/** Rows sent in all; `REPORT_SCALE=10` sends a tenth. */
const ROWS = Math.round(100_000 / Number(process.env['REPORT_SCALE'] ?? 1));
const BATCH = 100;
/** Batches on their way at once, as of a few hospitals. */
const LANES = 4;
const OF_ONE = 500;
const VALUES = 20;
const HOSPITAL = 'county-hospital';
const PATIENT = 'pat00001';
const PATIENTS = Math.max(20, Math.round(ROWS / 20));
const DOER = { by: 'acc-lis', role: 'report-publisher', institutionId: HOSPITAL };
const READER = { doer: { by: 'acc-home', role: 'resident' }, requestId: 'bench' } as const;

/** What a resident with 500 reports costs to read, and 100,000 results as hospitals send them: again, amended, late. */
export async function reports(): Promise<boolean> {
  const engine = await startTableEngine();
  try {
    let consumed: Consumed[] = [];
    const table = createDynamoTable({
      client: engine.client,
      tableName: engine.tableName,
      onConsumed: (one) => consumed.push(one),
    });
    const deps = testDeps({ table });
    const copy = { institutionId: HOSPITAL, name: '县人民医院', active: true, version: 1 };
    await institutions.put(table, HOSPITAL, copy);
    for (const item of await personItems(deps, PATIENT, cardOf(0))) await table.put(item);
    await publishAll(
      deps,
      range(OF_ONE).map((index) => rowOf(index, { person: 0, version: 1 })),
    );
    const measure = async (work: () => Promise<unknown>): Promise<object> => {
      consumed = [];
      const answer = await work();
      const sum = (of: 'readUnits' | 'writeUnits'): number =>
        consumed.reduce((total, one) => total + one[of], 0);
      return {
        calls: consumed.length,
        'read units': sum('readUnits'),
        'write units (audit)': sum('writeUnits'),
        'answer KB': Math.round(Buffer.byteLength(JSON.stringify(answer)) / 102.4) / 10,
      };
    };
    const reportId = await reportIdOf(deps, HOSPITAL, 'LIS-7');
    console.table({
      'list, first page of 20': await measure(() => listReports(deps, READER, { patientId: PATIENT })),
      'list of one kind': await measure(() =>
        listReports(deps, READER, { patientId: PATIENT, kind: 'LABORATORY' }),
      ),
      'one report, 20 values': await measure(() =>
        showReport(deps, READER, { patientId: PATIENT, reportId }),
      ),
      'trend of 500 points': await measure(() =>
        showTrend(deps, READER, { patientId: PATIENT, code: 'V3', from: '2020-01-01' }),
      ),
    });
    consumed = [];
    return await ingest(deps, () => consumed.splice(0));
  } finally {
    await engine.stop();
  }
}

interface Sent {
  readonly index: number;
  readonly person: number;
  readonly version: number;
}

async function ingest(deps: Deps, takeConsumed: () => readonly Consumed[]): Promise<boolean> {
  for (let person = 1; person <= PATIENTS; person += 1)
    for (const item of await personItems(deps, patientOf(person), cardOf(person))) await deps.table.put(item);
  takeConsumed();
  const sent = plan();
  const start = performance.now();
  const outcomes = await publishAll(
    deps,
    sent.map((one) => rowOf(one.index, one)),
  );
  const seconds = (performance.now() - start) / 1000;
  const units = takeConsumed().reduce((sum, { writeUnits }) => sum + writeUnits, 0);
  console.table(outcomes);
  console.log(
    `${sent.length} results in ${seconds.toFixed(0)} s: ${Math.round(sent.length / seconds)} a second, ` +
      `${(units / sent.length).toFixed(1)} write units a result`,
  );
  return check(deps, sent);
}

/** Of 20 rows 14 are new, 3 come again, 2 are amendments, and 1 is a version older than one that was sent before. */
function plan(): readonly Sent[] {
  const dice = new Dice(1);
  const known: Sent[] = [];
  const sent: Sent[] = [];
  let index = OF_ONE;
  while (sent.length < ROWS) {
    const roll = dice.next();
    const one = known.length === 0 || roll < 0.7 ? undefined : dice.pick(known);
    if (one === undefined) {
      index += 1;
      // One in twenty is of somebody whom the city does not know.
      const person = dice.next() < 0.05 ? PATIENTS + 1 + dice.below(50) : 1 + dice.below(PATIENTS);
      const fresh = { index, person, version: 2 };
      known.push(fresh);
      sent.push(fresh);
    } else if (roll < 0.85) sent.push(one);
    else if (roll < 0.95) {
      const amended = { ...one, version: 3 + dice.below(3) };
      known.push(amended);
      sent.push(amended);
    } else sent.push({ ...one, version: 1 });
  }
  return sent;
}

async function check(deps: Deps, sent: readonly Sent[]): Promise<boolean> {
  const versions = new Map<number, Set<number>>();
  const people = new Map<number, Set<number>>();
  for (const { index, version, person } of sent) {
    versions.set(index, (versions.get(index) ?? new Set()).add(version));
    people.set(person, (people.get(person) ?? new Set()).add(index));
  }
  let [lost, doubled] = [0, 0];
  for (const [index, wanted] of versions) {
    const reportId = await reportIdOf(deps, HOSPITAL, `LIS-${index}`);
    const kept = await everyPage(deps.table, editions, {
      pk: heads.key(reportId).pk,
      sk: { beginsWith: 'edition#' },
    });
    const head = await heads.get(deps.table, reportId);
    if (kept.length < wanted.size || head?.version !== Math.max(...wanted)) lost += 1;
    if (kept.length > wanted.size) doubled += 1;
  }
  for (const [person, wanted] of people) {
    if (person > PATIENTS) continue;
    const pk = ofPatient(patientOf(person));
    const lines = await everyPage(deps.table, summaries, { pk, sk: { beginsWith: 'list#' } });
    lost += Math.max(0, wanted.size - lines.length);
    doubled += Math.max(0, lines.length - wanted.size);
  }
  console.log(`${versions.size} reports, ${lost} lost, ${doubled} doubled`);
  return lost === 0 && doubled === 0;
}

async function publishAll(deps: Deps, rows: readonly object[]): Promise<Record<string, number>> {
  const outcomes: Record<string, number> = {};
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < rows.length) {
      const from = next;
      next += BATCH;
      const batch = { institutionId: HOSPITAL, rows: readRows(rows.slice(from, from + BATCH)), doer: DOER };
      for (const { outcome, code } of await publishBatch(deps, batch)) {
        const name = code ?? outcome;
        outcomes[name] = (outcomes[name] ?? 0) + 1;
      }
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  return outcomes;
}

function rowOf(index: number, { person, version }: Omit<Sent, 'index'>): object {
  const effectiveAt = new Date(Date.UTC(2024, 0, 1) + (index % 60_000) * 1_000_000).toISOString();
  return {
    reportNumber: `LIS-${index}`,
    version,
    issuedAt: effectiveAt,
    effectiveAt,
    status: version > 2 ? 'AMENDED' : version === 1 && person !== 0 ? 'PRELIMINARY' : 'FINAL',
    kind: 'LABORATORY',
    patient: cardOf(person),
    examination: { code: 'BIOCHEM', name: '生化全套' },
    results: range(person === 0 ? VALUES : 6).map((value) => ({
      code: `V${value}`,
      name: `项目${value}`,
      value: 4 + value / 10 + version / 100,
      unit: 'mmol/L',
      low: 3,
      high: 9,
    })),
  };
}

/** Invented numbers: they need not be well-formed to be somebody's. */
function cardOf(person: number): CardHolder {
  return { name: '测试人', idNumber: `410425190001${String(person).padStart(6, '0')}` };
}

function patientOf(person: number): string {
  return `bench${String(person).padStart(6, '0')}`;
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index);
}
