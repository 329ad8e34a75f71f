import { describe, expect, it, vi } from 'vitest';
import * as z from 'zod/mini';
import { createLog, type LogFacts, logEntry } from '../../shared/observability/log.ts';
import { together, writeToStdout } from '../../shared/observability/stdout.ts';
import { testClock } from '../support/deps.ts';

const MARKER = '张三110101199003078515';
const ENTRY = logEntry('THING_FAILED', 'a thing failed');

function logged(
  write: (log: ReturnType<typeof createLog>) => void,
  level: 'DEBUG' | 'INFO' | 'WARN' | 'ERROR' = 'INFO',
): readonly Record<string, unknown>[] {
  const lines: string[] = [];
  const clock = testClock('2026-03-02T00:00:00.000Z');
  write(createLog({ service: 'demo', level, clock, write: (line) => lines.push(line) }));
  for (const line of lines) expect(line).not.toContain('\n');
  return lines.map((line) => JSON.parse(line));
}

function thrown(act: () => unknown): unknown {
  try {
    act();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}

describe('a log line', () => {
  it('is JSON with a level, an instant, a stable code and its facts', () => {
    expect(logged((log) => log.info(ENTRY, { appointmentId: 'a1', attempts: 2, late: true }))).toEqual([
      {
        level: 'INFO',
        timestamp: '2026-03-02T00:00:00.000Z',
        service: 'demo',
        code: 'THING_FAILED',
        message: 'a thing failed',
        appointmentId: 'a1',
        attempts: 2,
        late: true,
      },
    ]);
  });

  it('keeps its head whatever the facts are called', () => {
    const facts: LogFacts = { level: 'x', timestamp: 'x', service: 'x', code: 'x', message: 'x' };
    expect(logged((log) => log.warn(ENTRY, facts))).toMatchObject([
      { level: 'WARN', timestamp: '2026-03-02T00:00:00.000Z', service: 'demo', code: 'THING_FAILED' },
    ]);
  });

  it.each([
    ['DEBUG', ['INFO', 'WARN', 'ERROR']],
    ['INFO', ['INFO', 'WARN', 'ERROR']],
    ['WARN', ['WARN', 'ERROR']],
    ['ERROR', ['ERROR']],
  ] as const)('is written from its level on: %s', (level, expected) => {
    const lines = logged((log) => {
      log.info(ENTRY);
      log.warn(ENTRY);
      log.error(ENTRY);
    }, level);
    expect(lines.map((line) => line['level'])).toEqual(expected);
  });
});

describe('an error in a log line', () => {
  it('tells its name and where it came from, in this file', () => {
    const [line] = logged((log) => log.error(ENTRY, {}, new TypeError('x is no function')));
    expect(line).toMatchObject({ errorName: 'TypeError' });
    expect(line?.['stack']).toMatch(/^at .*log\.test\.ts:\d+:\d+\)?( < |$)/);
  });

  it.each<[string, () => unknown]>([
    ['in its message', () => new Error(`no such person: ${MARKER}`)],
    ['in a message of several lines', () => new Error(`first\n${MARKER}\nlast`)],
    ['in a message that looks like a frame', () => new Error(`first\n    at ${MARKER} (/a/b.ts:1:2)`)],
    ['in a cause', () => new Error('outer', { cause: new Error(MARKER) })],
    ['in a property', () => Object.assign(new Error('outer'), { value: MARKER, detail: { MARKER } })],
    ['in its name', () => Object.assign(new Error('outer'), { name: `Error of ${MARKER}` })],
    ['in what JSON.parse quotes', () => thrown(() => JSON.parse(`{"name": ${MARKER}`))],
    [
      'in what zod was given',
      () => thrown(() => z.strictObject({ name: z.int() }).parse({ name: MARKER, [MARKER]: 1 })),
    ],
    ['in several errors at once', () => new AggregateError([new Error(MARKER)], MARKER)],
    ['in what is no error', () => MARKER],
    ['in an object that is no error', () => ({ message: MARKER })],
  ])('never shows what a person typed, be it %s', (_, made) => {
    const lines = logged((log) => {
      log.warn(ENTRY, {}, made());
      log.error(ENTRY, {}, made());
    });
    expect(lines).toHaveLength(2);
    expect(JSON.stringify(lines)).not.toContain('张三');
    expect(JSON.stringify(lines)).not.toContain('110101');
    for (const line of lines) expect(line).toHaveProperty('errorName');
  });

  it("names the fields of a schema's error, and stars for what may be a key of the sender's", () => {
    const schema = z.object({
      slots: z.array(z.object({ start: z.string() })),
      byPerson: z.record(z.string(), z.int()),
    });
    const error = thrown(() => schema.parse({ slots: [{ start: 1 }], byPerson: { [MARKER]: 'x' } }));
    const [line] = logged((log) => log.error(ENTRY, {}, error));
    expect(line).toMatchObject({ issues: 'slots.0.start invalid_type, byPerson.* invalid_type' });
  });
});

describe('the standard output', () => {
  /** What is written while `work` runs, one text a write. */
  function writes(work: () => void): readonly string[] {
    const texts: string[] = [];
    const spy = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
      texts.push(String(text));
      return true;
    });
    try {
      work();
    } finally {
      spy.mockRestore();
    }
    return texts;
  }

  it('takes a line at a time, and in one write those that belong together', () => {
    const texts = writes(() => {
      writeToStdout('before');
      together(() => {
        writeToStdout('one');
        writeToStdout('two');
      });
      together(() => {});
      writeToStdout('after');
    });
    expect(texts).toEqual(['before\n', 'one\ntwo\n', 'after\n']);
  });

  it('loses no line when what belongs together breaks off', () => {
    const texts = writes(() => {
      expect(() =>
        together(() => {
          writeToStdout('one');
          throw new Error('broken off');
        }),
      ).toThrow('broken off');
      writeToStdout('after');
    });
    expect(texts).toEqual(['one\n', 'after\n']);
  });
});
