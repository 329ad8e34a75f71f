import { ratesOfDivision } from '../../functions/signing/rates.ts';
import { type RecordLine, registerRecords } from '../../functions/signing/register-records.ts';
import { type RegisterLine, registerSignings } from '../../functions/signing/register-signings.ts';
import { populations } from '../../functions/signing/store.ts';
import { keepTeam } from '../../functions/signing/teams.ts';
import { SYSTEM } from '../../shared/access/acting.ts';
import { patientProfileItem } from '../../shared/access/patient-view.ts';
import type { Deps } from '../../shared/deps.ts';
import { testDeps } from '../support/deps.ts';
import { startTableEngine } from '../support/table-engine.ts';

/** 郏县 as published: 587,300 records are 95 % of the people, 465,100 signed 80.88 % of 575,050; all of the poor. */
const PEOPLE = { residents: 618_210, residentsSixMonths: 575_050 };
const RECORDS = 587_300;
const SIGNED = 465_100;
const POOR = 31_000;
const TOWNS = 15;
const TEAMS_A_TOWN = 9;
/** A township's doctor and a village's. 2,000 residents for each at most: 233 doctors are the least, here are 270. */
const DOCTORS = 2;
/** Residents at once: what a CSV file is read in. */
const BATCH = 300;
/** So many batches are on their way at once. */
const LANES = 4;
const ROWS_A_MINUTE = 5_000;
const COUNTY = '410425';

/** The whole county by default; `SIGNING_SCALE=100` takes every hundredth of its people. */
const SCALE = Number(process.env['SIGNING_SCALE'] ?? 1);

/** `SIGNING_TABLE=memory`: the same registers over the table in memory, where the embedded engine would take an hour. */
const IN_MEMORY = process.env['SIGNING_TABLE'] === 'memory';

/** A county entered from registers, over the embedded engine: how fast, in how much memory, and with which rates. */
export async function signing(): Promise<boolean> {
  const engine = IN_MEMORY ? undefined : await startTableEngine();
  try {
    const deps = testDeps(engine === undefined ? {} : { table: engine.table });
    const [records, signed, poor] = [RECORDS, SIGNED, POOR].map((count) => Math.round(count / SCALE));
    if (records === undefined || signed === undefined || poor === undefined) throw new Error('no scale');
    await prepare(deps);
    let peakMb = 0;
    const timed = async (
      what: string,
      count: number,
      work: (from: number, to: number) => Promise<void>,
    ): Promise<number> => {
      const start = performance.now();
      let [next, done] = [0, 0];
      const lane = async (): Promise<void> => {
        while (next < count) {
          const from = next;
          next += BATCH;
          const to = Math.min(from + BATCH, count);
          await work(from, to);
          peakMb = Math.max(peakMb, process.memoryUsage.rss() / 2 ** 20);
          done += to - from;
          if (Math.floor((10 * done) / count) > Math.floor((10 * (done - to + from)) / count)) {
            const perSecond = Math.round(done / ((performance.now() - start) / 1000));
            console.log(`${what}: ${done} of ${count}, ${perSecond} rows/s`);
          }
        }
      };
      await Promise.all(Array.from({ length: LANES }, lane));
      return count / ((performance.now() - start) / 1000);
    };
    const profilesPerSecond = await timed('identities', records, (from, to) => knownPeople(deps, from, to));
    const signingsPerSecond = await timed('signings', signed, async (from, to) => {
      const register = range(from, to).map((index) => lineOf(index, poor));
      const answers = await registerSignings(deps, register, SYSTEM);
      if (!answers.every((one) => one.ok && one.isNew)) throw new Error('a contract was not entered');
    });
    // Whoever is signed has a record by that; these are the others.
    const others = records - signed;
    const recordsPerSecond = await timed('health records', others, async (from, to) => {
      for (const [institutionId, some] of Map.groupBy(range(signed + from, signed + to), institutionOf)) {
        const register = some.map((index) => recordOf(index, poor));
        const answers = await registerRecords(deps, register, { ...SYSTEM, institutionId });
        if (!answers.every((one) => one.ok && one.isNew)) throw new Error('a record was not opened');
      }
    });
    const { rates } = await ratesOfDivision(deps, COUNTY);
    console.table({
      'identities (profile only)': { rows: records, 'rows/s': Math.round(profilesPerSecond) },
      'signings, with their records': { rows: signed, 'rows/s': Math.round(signingsPerSecond) },
      'records of the others': { rows: others, 'rows/s': Math.round(recordsPerSecond) },
    });
    console.table(
      rates
        .filter(({ denominator }) => denominator !== 0)
        .map(({ meaning, numerator, denominator, percent }) => ({
          meaning,
          numerator,
          denominator,
          percent,
        })),
    );
    console.log(`peak memory of this process: ${Math.round(peakMb)} MB`);
    const [record, contract] = rates;
    const poorRate = rates.find(({ meaning }) => meaning.includes('贫困'));
    return (
      signingsPerSecond * 60 >= ROWS_A_MINUTE &&
      record?.percent === 95 &&
      Math.abs((contract?.percent ?? 0) - 80.88) <= (SCALE === 1 ? 0 : 0.02) &&
      poorRate?.percent === 100
    );
  } finally {
    await engine?.stop();
  }
}

async function prepare(deps: Deps): Promise<void> {
  for (let index = 0; index < TOWNS; index += 1) {
    for (const team of range(0, TEAMS_A_TOWN)) {
      const [leaderId = '', ...memberIds] = range(0, DOCTORS).map((one) => `dr-${index}-${team}-${one}`);
      await keepTeam(deps, {
        careTeamId: `team-${index}-${team}`,
        institutionId: `town-${index}`,
        name: '团队',
        leaderId,
        memberIds,
        serviceArea: [townOf(index)],
        capacity: 4_000,
        active: true,
        version: 1,
      });
    }
  }
  await populations.put(deps.table, COUNTY, {
    divisionCode: COUNTY,
    residents: Math.round(PEOPLE.residents / SCALE),
    residentsSixMonths: Math.round(PEOPLE.residentsSixMonths / SCALE),
    asOf: '2025-12-31',
    source: '由公布的两个比率倒推',
  });
}

/** People stand in the register village by village: neighbours are of one town and one team. */
const VILLAGE_SIZE = 100;

function institutionOf(index: number): string {
  return `town-${Math.floor(index / VILLAGE_SIZE) % TOWNS}`;
}

function recordOf(index: number, poor: number): RecordLine {
  const village = Math.floor(index / VILLAGE_SIZE);
  return {
    patientId: patientOf(index),
    divisionCode: `${townOf(village % TOWNS)}${String(1 + (Math.floor(village / TOWNS) % 26)).padStart(3, '0')}`,
    groups: index < poor ? ['POVERTY'] : [],
  };
}

function lineOf(index: number, poor: number): RegisterLine {
  const village = Math.floor(index / VILLAGE_SIZE);
  const { patientId, divisionCode, groups } = recordOf(index, poor);
  const team = Math.floor(village / TOWNS) % TEAMS_A_TOWN;
  return {
    patientId,
    divisionCode,
    groups,
    careTeamId: `team-${village % TOWNS}-${team}`,
    signedOn: '2026-01-05',
  };
}

/** What identity leaves behind for others of a person whose identity is known: by its own rules, but without its writes. */
async function knownPeople(deps: Deps, from: number, to: number): Promise<void> {
  const items = await Promise.all(
    range(from, to).map((index) =>
      patientProfileItem(deps, patientOf(index), { birthDate: '1980-01-01', sex: 'male', synthetic: true }),
    ),
  );
  for (let start = 0; start < items.length; start += 100) {
    await deps.table.transact(items.slice(start, start + 100).map((put) => ({ put })));
  }
}

function townOf(index: number): string {
  return `${COUNTY}1${String(index + 1).padStart(2, '0')}`;
}

function patientOf(index: number): string {
  return `p${index.toString(36).padStart(7, '0')}`;
}

function range(from: number, to: number): readonly number[] {
  return Array.from({ length: to - from }, (_, index) => from + index);
}
