import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { DefinitionFile } from '../../../infra/workflows/definition.ts';
import type { Context, Task } from '../../../shared/context.ts';
import { defineContext } from '../../../shared/define-context.ts';
import { defineErrors } from '../../../shared/kernel/errors.ts';
import { machineFaults } from './machine-faults.ts';
import { perform, reportOf, type Scenario } from './scenario.ts';
import { scenarios } from './stay/scenarios.ts';
import { stay } from './stay/stay.ts';
import { fails, hangs } from './task-script.ts';

const task: Task = { input: z.unknown(), output: z.unknown(), handle: async () => ({}) };
const wardWith = (changes: Partial<Context> = {}): Context =>
  defineContext({
    name: 'ward',
    errors: defineErrors({}),
    routes: [],
    tasks: { 'reserve-bed': task, 'ask-nurse': task, 'release-bed': task },
    workflows: { starts: ['stay'], answers: ['stay'] },
    ...changes,
  });

const without = (sentence: string): readonly Scenario[] => {
  const left = scenarios.filter(({ it }) => it !== sentence);
  expect(left).toHaveLength(scenarios.length - 1);
  return left;
};

const changed = (from: string, to: string) => {
  const text = JSON.stringify(stay.definition.content);
  expect(text).toContain(from);
  return { ...stay, definition: new DefinitionFile('stay', text.replace(from, to)) };
};

describe('the coverage of a machine', () => {
  it('is whole when every state, choice, retry, catch and timeout was gone through, and counts what is billed', async () => {
    const { coverage, billed, faults } = await reportOf(stay, scenarios);
    expect(faults).toEqual([]);
    expect(billed).toBe(4);
    expect(coverage.counts).toEqual({
      states: { done: 6, all: 6 },
      choices: { done: 2, all: 2 },
      retries: { done: 1, all: 1 },
      catches: { done: 3, all: 3 },
      timeouts: { done: 1, all: 1 },
    });
  });

  it.each([
    ['gives the bed back when the nurse declines', ['not covered: States/Decided Default']],
    [
      'gives the bed back when nobody answers in time',
      ['not covered: States/AskNurse Catch/0 States.Timeout', 'not covered: States/AskNurse TimeoutSeconds'],
    ],
    [
      'gives the bed back when the stay is withdrawn',
      ['not covered: States/AskNurse Catch/0 STAY_WITHDRAWN'],
    ],
    [
      'asks a busy ward again, and ends when it has no bed',
      ['not covered: States/Reserve Retry/0', 'not covered: States/Reserve Catch/0 NO_BED'],
    ],
    [
      'admits whom the nurse accepts',
      [
        '0 scenarios are happy, one has to be',
        'not covered: States/Decided Choices/0',
        'not covered: States/Admitted',
      ],
    ],
  ])('names what is missing without the scenario: it %s', async (sentence, faults) => {
    expect((await reportOf(stay, without(sentence))).faults).toEqual(faults);
  });

  it('tells two rules apart that lead to the same state', async () => {
    const twoRules = changed(
      '"Next":"Admitted"}]',
      '"Next":"Admitted"},{"Condition":"{% $states.input.maybe = true %}","Next":"Release"}]',
    );
    expect((await reportOf(twoRules, scenarios)).faults).toEqual(['not covered: States/Decided Choices/1']);
  });

  it("asks for the machine's own time limit too", async () => {
    const limited = changed('"StartAt"', '"TimeoutSeconds":600000,"StartAt"');
    expect((await reportOf(limited, scenarios)).faults).toEqual([
      "not covered: the machine's TimeoutSeconds",
    ]);
    const late: Scenario = {
      it: 'is cut off after a week',
      async play(play) {
        play.on('reserve-bed', { bedId: 'B7' });
        await play.start({ stayId: 'S1', nurseSeconds: 31_000_000 });
        await play.pass('P7D');
        expect((await play.state()).status).toBe('TIMED_OUT');
      },
    };
    expect((await reportOf(limited, [...scenarios, late])).faults).toEqual([]);
  });

  it('counts a retry as billed', async () => {
    const busy: Scenario = {
      it: 'asks a busy ward again',
      happy: true,
      async play(play) {
        play.on('reserve-bed', fails('WARD_BUSY'), { bedId: 'B7' });
        await play.start({ stayId: 'S1', nurseSeconds: 3600 });
        await play.pass('PT1M');
        await play.succeed('ask-nurse', { accepted: true });
      },
    };
    expect((await reportOf(stay, [busy])).billed).toBe(5);
  });

  it('says which scenario failed, and counts nothing of it', async () => {
    const wrong: Scenario = { it: 'is wrong', play: (play) => play.succeed('ask-nurse') };
    const { faults, coverage } = await reportOf(stay, [wrong]);
    expect(faults[0]).toBe('failed: is wrong: ask-nurse has been given no token');
    expect(coverage.counts.states.done).toBe(0);
  });
});

describe('a scenario', () => {
  const playing = (play: Scenario['play']) => perform(stay, { it: '', play });
  const input = { stayId: 'S1', nurseSeconds: 3600 };

  it('fails when a task has no answer, even where a Catch would hide it', async () => {
    await expect(playing((play) => play.start(input))).rejects.toThrow('tasks without an answer');
  });

  it('cannot send an error in the name of the engine', async () => {
    const sent = playing(async (play) => {
      play.on('reserve-bed', { bedId: 'B7' });
      await play.start(input);
      await play.fail('ask-nurse', 'States.Timeout');
    });
    await expect(sent).rejects.toThrow(/expected to not match/);
  });

  it('may let a task hang until its state gives it up', async () => {
    const impatient = changed('"Retry":[', '"TimeoutSeconds":30,"Retry":[');
    await perform(impatient, {
      it: '',
      play: async (play) => {
        play.on('reserve-bed', hangs);
        await play.start(input);
        await play.pass('PT30S');
        expect(await play.state()).toMatchObject({ status: 'FAILED', error: 'States.Timeout' });
      },
    });
  });
});

describe('a machine that fits its contexts', () => {
  it('has no faults', () => {
    expect(machineFaults(stay, [wardWith()])).toEqual([]);
  });

  it('may write an expression over several lines', () => {
    const lines = changed('"bedId":"{% $bedId %}"', '"bedId":"{% \\n $bedId\\n %}"');
    expect(machineFaults(lines, [wardWith()])).toEqual([]);
  });

  it.each([
    [
      'calls a task that is not declared',
      { tasks: { 'reserve-bed': task, 'ask-nurse': task } },
      /does not declare/,
    ],
    ['may be started by nobody', { workflows: { starts: [], answers: ['stay'] } }, /no context may start it/],
    [
      'gives its token to who may not answer',
      { workflows: { starts: ['stay'], answers: [] } },
      /AskNurse hands its token/,
    ],
    ['belongs to no context', { name: 'yard' }, /its owner ward is no context/],
  ])('%s: a fault', (_, changes, fault) => {
    expect(machineFaults(stay, [wardWith(changes)]).join('\n')).toMatch(fault);
  });

  it.each([
    ['asl-validator', '"Next":"AskNurse"', '"Next":"Nowhere"', /asl-validator: .*Nowhere/],
    ['the lint', '"TimeoutSeconds":"{% $nurseSeconds %}",', '', /lint: a wait needs TimeoutSeconds/],
  ])('is refused by %s when it is broken', (_, from, to, fault) => {
    expect(machineFaults(changed(from, to), [wardWith()]).join('\n')).toMatch(fault);
  });
});

describe('a definition file', () => {
  const file = (yaml: string) => new DefinitionFile('m', yaml);
  const here = { partition: 'aws-cn', worker: (context: string) => `arn:${context}` };

  const placeholder = (name: string): string => `\${${name}}`;

  it('fills in what the city has, and leaves JSONata its own use of the sign', () => {
    const expression = `{% $${placeholder('a: 1')} %}`;
    const yaml = { A: `arn:${placeholder('partition')}:x`, B: [placeholder('ward.worker'), expression] };
    const found = file(JSON.stringify(yaml)).fill(here);
    expect(JSON.parse(found)).toEqual({ A: 'arn:aws-cn:x', B: ['arn:ward', expression] });
  });

  it.each(['region', 'Ward.worker'])('is refused with a placeholder nobody knows: %s', (name) => {
    expect(() => file(`A: ${placeholder(name)}`).fill(here)).toThrow(`no placeholder ${placeholder(name)}`);
  });

  it.each([
    ['a key twice', 'A: 1\nA: 2', /unique/],
    ['what is no YAML', 'A: [', /workflows\/m\/m\.asl\.yaml/],
  ])('is refused with %s', (_, yaml, fault) => {
    expect(() => file(yaml)).toThrow(fault);
  });
});
