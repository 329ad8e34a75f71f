import { expect, it } from 'vitest';
import {
  acknowledgeCritical,
  escalateCritical,
  resolveCritical,
} from '../../../functions/report/answer-critical.ts';
import { saveConsent } from '../../../functions/report/consents.ts';
import { matchDue, matchRegistered } from '../../../functions/report/match-report.ts';
import { publication } from '../../../functions/report/publish-contracts.ts';
import { publishReport } from '../../../functions/report/publish-report.ts';
import { releaseReport } from '../../../functions/report/release-report.ts';
import { showReport } from '../../../functions/report/show-report.ts';
import { criticals, type Report, waiting } from '../../../functions/report/store.ts';
import { relationItem } from '../../../shared/access/care-relations.ts';
import { personItems } from '../../../shared/access/person-view.ts';
import type { Deps } from '../../../shared/deps.ts';
import { Dice } from '../../support/dice.ts';
import { interleave, type Operation, Turns } from '../../support/interleaving.ts';
import { watchedTable } from '../../support/watched-table.ts';
import { checkRules, type Memory } from './invariants.ts';
import { COUNTY, LIN, NAMESAKE, openWorld, PATIENT, potassium, row, TOWN } from './world.ts';

/**
 * Random interleavings: hospitals publish, amend, cancel and repeat, patients register, doctors acknowledge, clerks
 * release, residents withdraw, time passes; each call to the table by itself, some failing or unanswered, and the rules
 * checked after every write.
 */
const COUNT = Number(process.env['REPORT_INTERLEAVINGS'] ?? 250);
const FIRST = Number(process.env['REPORT_SEED'] ?? 1);
const PEOPLE = [
  [PATIENT, LIN],
  ['pat00009', NAMESAKE],
] as const;

const clerk = { by: 'acc-clerk', role: 'clerk', institutionId: COUNTY };
const lis = { by: 'acc-lis', role: 'report-publisher', institutionId: COUNTY };
const doctors = ['dr-order', 'dr-head'].map((practitionerId) => ({
  by: `acc-${practitionerId}`,
  role: 'practitioner',
  institutionId: COUNTY,
  practitionerId,
}));
const family = {
  by: 'acc-dr-family',
  role: 'family-doctor',
  institutionId: TOWN,
  practitionerId: 'dr-family',
};
const STATUSES = ['ORDERED', 'PRELIMINARY', 'FINAL', 'FINAL', 'AMENDED', 'AMENDED', 'CANCELLED'] as const;

async function once(seed: number): Promise<{ writes: number; outcomes: Map<string, number> }> {
  const dice = new Dice(seed);
  const turns = new Turns(dice, 0.03);
  const { deps: scene } = await openWorld();
  const memory: Memory = {
    editions: new Map(),
    versions: new Map(),
    notified: new Map(),
    acknowledged: new Map(),
  };
  let writes = 0;
  let known: readonly Report[] = [];
  const look = (): void => {
    writes += 1;
    const items = scene.all();
    checkRules(items, memory);
    known = items.filter(({ sk }) => sk === 'head') as unknown as readonly Report[];
  };
  const deps: Deps = { ...scene, table: turns.table(watchedTable(scene.table, look)) };
  // One is known from the start; the other may register meanwhile.
  for (const item of await personItems(scene, ...PEOPLE[0])) await scene.table.put(item);
  await scene.table.put(
    relationItem({
      patientId: PATIENT,
      kind: 'SIGNED',
      holderId: 'dr-family',
      since: '2026-01-01T00:00:00.000Z',
    }),
  );
  /** When the consent was last known to be withdrawn: no read that begins after it may succeed. */
  let [consents, isWithdrawn] = [0, false];

  const publish = async (): Promise<string> => {
    const version = 1 + dice.below(5);
    // What a version says depends on the dice, so that repeats, conflicts and other people come up too.
    const content = publication.parse(
      row({
        reportNumber: `LIS-${dice.below(2)}`,
        version,
        status: dice.pick(STATUSES),
        effectiveAt: `2026-02-0${1 + dice.below(2)}T01:00:00.000Z`,
        patient: dice.next() < 0.7 ? LIN : NAMESAKE,
        ...(dice.next() < 0.3 ? { category: 'STI' } : {}),
        results: [potassium(dice.next() < 0.5 ? 7 : 4)],
      }),
    );
    const { outcome, code } = await publishReport(deps, { institutionId: COUNTY, content, doer: lis });
    return code ?? outcome;
  };
  const register = async (): Promise<void> => {
    const [patientId, holder] = PEOPLE[1];
    await deps.table.transact((await personItems(scene, patientId, holder)).map((put) => ({ put })));
    const event = { id: 'e', type: 'identity.patient-registered', at: '', data: { patientId } };
    await matchRegistered.handle(deps, event);
  };
  const consent = async (granted: boolean): Promise<void> => {
    consents += 1;
    if (granted) isWithdrawn = false;
    await saveConsent(deps, { patientId: PATIENT, kind: 'SIGNED', doer: lis }, { granted });
    consents -= 1;
    if (!granted && consents === 0) isWithdrawn = true;
  };
  const read = async ({ reportId }: Report): Promise<void> => {
    const closed = isWithdrawn;
    const reader = { doer: family, purpose: 'TREATMENT', requestId: 'r' } as const;
    const shown = await showReport(deps, reader, { patientId: PATIENT, reportId });
    if (closed && isWithdrawn) throw new Error('read after the consent was withdrawn');
    if (!['FINAL', 'AMENDED'].includes(shown.status)) throw new Error(`read ${shown.status}`);
  };
  const next = (): Operation => {
    const roll = dice.next();
    const found = known.length === 0 ? undefined : dice.pick(known);
    if (roll < 0.4 || found === undefined) return ['publish', publish];
    const { reportId } = found;
    if (roll < 0.47) return ['register', register];
    if (roll < 0.6)
      return ['acknowledge', () => acknowledgeCritical(deps, { reportId, doer: dice.pick(doctors) })];
    if (roll < 0.64)
      return ['resolve', () => resolveCritical(deps, { reportId, doer: dice.pick(doctors) }, '已处理')];
    if (roll < 0.74) {
      const { idNumber } = dice.next() < 0.8 ? LIN : NAMESAKE;
      return ['release', () => releaseReport(deps, { reportId, idNumber, doer: clerk })];
    }
    if (roll < 0.8) return ['consent', () => consent(dice.next() < 0.4)];
    if (roll < 0.9) return ['read', () => read(found)];
    const due = { key: criticals.key(reportId), item: { pk: '', sk: '' } };
    if (roll < 0.95 || found.waitsUnder === undefined) return ['escalate', () => escalateCritical(deps, due)];
    const key = waiting.key({ blind: found.waitsUnder, reportId });
    return ['match', () => matchDue(deps, { key, item: { pk: '', sk: '' } })];
  };
  const outcomes = await interleave(14, {
    dice,
    turns,
    starts: 0.35,
    passes: 0.02,
    next,
    passTime: () => scene.clock.advance(dice.below(20) * 60_000),
  });
  return { writes, outcomes };
}

it('keeps every rule after every write, whoever comes between whom', async () => {
  const outcomes = new Map<string, number>();
  let writes = 0;
  for (let seed = FIRST; seed < FIRST + COUNT; seed += 1) {
    try {
      const one = await once(seed);
      writes += one.writes;
      for (const [name, count] of one.outcomes) outcomes.set(name, (outcomes.get(name) ?? 0) + count);
    } catch (cause) {
      throw new Error(`seed ${seed}: ${cause instanceof Error ? cause.message : cause}`, { cause });
    }
  }
  if (process.env['REPORT_SEED'] !== undefined) console.log(writes, [...outcomes].toSorted());
  // Enough of everything must have happened to prove something.
  for (const name of [
    'publish PUBLISHED',
    'publish OLDER',
    'publish REPORT_CONFLICT',
    'publish WRONG_STATE',
    'register ok',
    'acknowledge ok',
    'release ok',
    'consent ok',
    'read ok',
    'read REPORT_NOT_FOUND',
  ])
    expect([name, (outcomes.get(name) ?? 0) >= COUNT / 50]).toEqual([name, true]);
  expect(writes).toBeGreaterThan(COUNT * 3);
}, 240_000);
