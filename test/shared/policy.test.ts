import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, expectTypeOf, it } from 'vitest';
import * as z from 'zod/mini';
import { addDays } from '../../shared/kernel/china-time.ts';
import { parseCity, policySection } from '../../shared/policy/city.ts';
import { readCityFile } from '../../shared/policy/city-file.ts';
import { dated, PolicyNotInForceError } from '../../shared/policy/dated.ts';
import { InvalidPolicyError } from '../../shared/policy/policy-faults.ts';

const bookingPolicy = policySection('booking', z.strictObject({ windowDays: z.int().check(z.positive()) }));
const signingPolicy = policySection('signing', z.strictObject({ termMonths: z.int() }));

function cityJson(policy: Record<string, unknown> = {}) {
  return {
    id: 'pingdingshan',
    name: '平顶山市',
    divisionCode: '410400',
    timezone: 'Asia/Shanghai',
    policy: {
      booking: [
        { from: '2026-07-01', source: '市卫健委通知 2026-06', mark: 'V', values: { windowDays: 14 } },
        { from: '2025-01-01', source: '上线时约定', mark: 'D', values: { windowDays: 7 } },
      ],
      signing: [{ from: '2025-01-01', source: '国卫基层发〔2022〕10号', values: { termMonths: 12 } }],
      ...policy,
    },
  };
}

function faultsOf(act: () => unknown): readonly { path: string; code: string }[] {
  try {
    act();
  } catch (error) {
    if (error instanceof InvalidPolicyError) return error.faults;
    throw error;
  }
  return [];
}

describe('dated policy', () => {
  const window = parseCity(cityJson(), [bookingPolicy]).policy(bookingPolicy);

  it.each([
    ['2025-01-01', 7],
    ['2026-06-30', 7],
    ['2026-07-01', 14],
    ['2030-01-01', 14],
  ] as const)('on %s the window is %i days', (day, windowDays) => {
    expect(window.at(day).windowDays).toBe(windowDays);
  });

  it('throws on the day before the first entry', () => {
    expect(() => window.at(addDays('2025-01-01', -1))).toThrow(PolicyNotInForceError);
  });

  it('tells which source a decision rested on', () => {
    expect(window.entryAt('2026-06-30')).toEqual({
      from: '2025-01-01',
      source: '上线时约定',
      mark: 'D',
      values: { windowDays: 7 },
    });
  });

  it('keeps its entries oldest first', () => {
    expect(window.entries.map(({ from }) => from)).toEqual(['2025-01-01', '2026-07-01']);
  });

  it.each([
    ['no entry', []],
    ['no list', { from: '2025-01-01' }],
    ['an entry without a source', [{ from: '2025-01-01', values: 1 }]],
    ['an entry with a blank source', [{ from: '2025-01-01', source: '  ', values: 1 }]],
    ['a day that does not exist', [{ from: '2025-02-29', source: 's', values: 1 }]],
    ['an unknown mark', [{ from: '2025-01-01', source: 's', mark: 'X', values: 1 }]],
    ['an unknown field', [{ from: '2025-01-01', source: 's', to: '2026-01-01', values: 1 }]],
    ['a value its schema refuses', [{ from: '2025-01-01', source: 's', values: 'one' }]],
    [
      'two entries from one day',
      [
        { from: '2025-01-01', source: 's', values: 1 },
        { from: '2025-01-01', source: 't', values: 2 },
      ],
    ],
  ])('refuses %s', (_, entries) => {
    expect(() => dated(z.number(), entries)).toThrow(InvalidPolicyError);
    expect(faultsOf(() => dated(z.number(), entries)).length).toBeGreaterThan(0);
  });
});

describe("a city's file", () => {
  it('gives a context the typed values of its own section', () => {
    const city = parseCity(cityJson(), [bookingPolicy]);
    const values = city.policy(bookingPolicy).at('2026-07-01');
    expectTypeOf(values).toEqualTypeOf<{ windowDays: number }>();
    expect(values).toEqual({ windowDays: 14 });
    expect([city.id, city.name, city.divisionCode]).toEqual(['pingdingshan', '平顶山市', '410400']);
  });

  it('names every faulty path at once, over head and sections', () => {
    const faulty = {
      ...cityJson({
        booking: [{ from: '2025-13-01', source: '', values: { windowDays: 0, windowDay: 7 } }],
        signing: undefined,
      }),
      divisionCode: '4104',
      timezone: 'UTC',
    };
    expect(faultsOf(() => parseCity(faulty, [bookingPolicy, signingPolicy])).map(({ path }) => path)).toEqual(
      [
        'divisionCode',
        'timezone',
        'policy.booking.0.from',
        'policy.booking.0.source',
        'policy.booking.0.values.windowDays',
        'policy.booking.0.values',
        'policy.signing',
      ],
    );
  });

  it('leaves other sections alone in a function', () => {
    const city = parseCity(cityJson({ signing: 'nonsense' }), [bookingPolicy]);
    expect(city.policy(bookingPolicy).at('2026-01-01').windowDays).toBe(7);
    expect(() => city.policy(signingPolicy)).toThrow(InvalidPolicyError);
  });

  it('refuses, when asked to be complete, a section that nobody declares', () => {
    expect(faultsOf(() => parseCity(cityJson(), [bookingPolicy], { complete: true }))).toEqual([
      { path: 'policy.signing', code: 'no context declares this section' },
    ]);
    expect(parseCity(cityJson(), [bookingPolicy, signingPolicy], { complete: true }).id).toBe('pingdingshan');
  });

  it('keeps two cities apart', () => {
    const other = cityJson({ booking: [{ from: '2025-01-01', source: 's', values: { windowDays: 28 } }] });
    const [here, there] = [parseCity(cityJson(), [bookingPolicy]), parseCity(other, [bookingPolicy])];
    expect(here.policy(bookingPolicy).at('2026-07-01').windowDays).toBe(14);
    expect(there.policy(bookingPolicy).at('2026-07-01').windowDays).toBe(28);
  });

  describe('on disk', () => {
    let folder = '';
    beforeEach(() => {
      folder = mkdtempSync(join(tmpdir(), 'city-'));
    });
    afterEach(() => rmSync(folder, { recursive: true }));

    it('is read by path', () => {
      writeFileSync(join(folder, 'city.json'), JSON.stringify(cityJson()));
      expect(readCityFile(join(folder, 'city.json'), [bookingPolicy]).name).toBe('平顶山市');
    });

    it('is refused when it is no JSON', () => {
      writeFileSync(join(folder, 'city.json'), '{');
      expect(faultsOf(() => readCityFile(join(folder, 'city.json'), []))).toEqual([
        { path: '', code: 'not JSON' },
      ]);
    });
  });
});
