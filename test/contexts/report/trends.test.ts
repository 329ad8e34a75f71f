import { expect, it } from 'vitest';
import {
  doctor,
  home,
  LIN,
  openWorld,
  PATIENT,
  potassium,
  row,
  TOWN,
  TREATMENT,
  type World,
} from './world.ts';

const glucose = (value: unknown, unit: string, more: object = {}): object => ({
  code: 'GLU',
  name: '葡萄糖',
  value,
  unit,
  ...more,
});

async function withReports(...rows: readonly object[]): Promise<World> {
  const world = await openWorld();
  await world.register(PATIENT, LIN);
  await world.publish(...rows);
  return world;
}

async function trend(world: World, code: string, query: Record<string, string> = {}) {
  const path = `/report/patients/${PATIENT}/trends/${code}`;
  return (await world.ask('GET', path, { as: await home(world), query })).body;
}

const on = (day: string, result: object): object =>
  row({ effectiveAt: `${day}T01:00:00.000Z`, results: [result] });

it('converts units that can be, with their bands, and says from which', async () => {
  const world = await withReports(
    on('2026-01-02', glucose(126, 'mg/dL', { low: 70, high: 110 })),
    on('2026-01-01', glucose(5.6, 'mmol/L', { low: 3.9, high: 6.1 })),
  );
  expect(await trend(world, 'GLU')).toEqual({
    code: 'GLU',
    series: [
      {
        unit: 'mmol/L',
        points: [
          expect.objectContaining({ at: '2026-01-01T01:00:00.000Z', value: 5.6, low: 3.9, high: 6.1 }),
          expect.objectContaining({ value: 6.993, low: 3.885, high: 6.105, convertedFrom: 'mg/dL' }),
        ],
      },
    ],
  });
});

it('keeps units that cannot be converted on lines of their own, and leaves texts out', async () => {
  const world = await withReports(
    on('2026-01-01', glucose(5.6, 'mmol/L')),
    on('2026-01-02', glucose(3, '+')),
    on('2026-01-03', { code: 'GLU', name: '葡萄糖', value: 7 }),
    on('2026-01-04', glucose('阴性', 'mmol/L')),
    on('2026-01-05', { code: 'HBA1C', name: '糖化血红蛋白', value: 48, unit: 'mmol/mol' }),
    on('2026-01-06', { code: 'HBA1C', name: '糖化血红蛋白', value: 6.5, unit: '%' }),
  );
  const lines = async (code: string) => {
    const { series } = (await trend(world, code)) as {
      series: { unit?: string; points: { value: number }[] }[];
    };
    return series.map(({ unit, points }) => [unit, ...points.map(({ value }) => value)]);
  };
  expect(await lines('GLU')).toEqual([
    ['mmol/L', 5.6],
    ['+', 3],
    [undefined, 7],
  ]);
  expect(await lines('HBA1C')).toEqual([
    ['mmol/mol', 48],
    ['%', 6.5],
  ]);
});

it('shows the present version of a report and no other', async () => {
  const given = on('2026-01-01', potassium(4));
  const world = await withReports(given, {
    ...given,
    version: 2,
    status: 'AMENDED',
    results: [potassium(5)],
  });
  expect(await trend(world, 'K')).toMatchObject({ series: [{ points: [{ value: 5 }] }] });
  await world.publish({
    ...given,
    version: 3,
    status: 'AMENDED',
    effectiveAt: '2026-01-09T01:00:00.000Z',
    results: [potassium(5)],
  });
  expect(await trend(world, 'K')).toMatchObject({
    series: [{ points: [{ value: 5, at: '2026-01-09T01:00:00.000Z' }] }],
  });
});

it('takes both days in, by China’s midnight', async () => {
  const at = (effectiveAt: string, value: number) => row({ effectiveAt, results: [potassium(value)] });
  const world = await withReports(
    at('2026-01-01T15:59:59.999Z', 1),
    at('2026-01-01T16:00:00.000Z', 2),
    at('2026-01-02T15:59:59.999Z', 3),
    at('2026-01-02T16:00:00.000Z', 4),
  );
  const body = await trend(world, 'K', { from: '2026-01-02', until: '2026-01-02' });
  expect(body).toMatchObject({ series: [{ points: [{ value: 2 }, { value: 3 }] }] });
  expect((body as { series: { points: unknown[] }[] }).series[0]?.points).toHaveLength(2);
});

it('is for a doctor with a ground, and empty for one without', async () => {
  const world = await withReports(on('2026-01-01', potassium(4)));
  const path = `/report/institutions/${TOWN}/patients/${PATIENT}/trends/K`;
  const ask = async () =>
    (await world.ask('GET', path, { as: await doctor(world, 'dr-family', TOWN), query: TREATMENT })).body;
  expect(await ask()).toEqual({ code: 'K', series: [] });
  await world.relate('SIGNED', 'dr-family');
  expect(await ask()).toMatchObject({ series: [{ points: [{ value: 4 }] }] });
});

it('is drawn though a sender sent a number that no unit can be converted from', async () => {
  const world = await withReports(on('2026-01-01', glucose(5.6, 'mmol/L')));
  const huge = { code: 'CREA', name: '肌酐', value: 1e308, unit: 'mg/dL' };
  const [refused] = await world.publish(on('2026-01-02', huge));
  expect(refused).toMatchObject({ outcome: 'REFUSED', fields: [{ path: 'results.0.value' }] });
  expect(await trend(world, 'CREA')).toEqual({ code: 'CREA', series: [] });
});
