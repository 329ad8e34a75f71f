import { equal } from 'node:assert/strict';
import { describe, expect, it } from 'vitest';
import { explained, Narrator } from '../journey/narrator.ts';

function narratorWithLines(): { narrator: Narrator; lines: string[] } {
  const lines: string[] = [];
  return { narrator: new Narrator((line) => lines.push(line)), lines };
}

describe('the narrator of a journey', () => {
  it('numbers the steps, says them in words and hands on what they found', async () => {
    const { narrator, lines } = narratorWithLines();
    expect(await narrator.step('she logs in', async () => 'token')).toBe('token');
    await narrator.step('she books', async () => undefined);
    expect(lines).toEqual([
      expect.stringMatching(/^ 1 {2}she logs in {2}\(\d+ ms\)$/),
      expect.stringMatching(/^ 2 {2}she books/),
    ]);
    expect(narrator.steps).toBe(2);
  });

  it('names the step that fails, and the difference', async () => {
    const { narrator, lines } = narratorWithLines();
    await narrator.step('she logs in', async () => undefined);
    const failing = narrator.step('she books', async () => equal('HELD', 'BOOKED'));
    const text = explained(await failing.catch((error: unknown) => error));
    expect(text).toContain('step 2, “she books”, failed');
    expect(text).toContain("expected: 'BOOKED', actual: 'HELD'");
    expect(lines).toHaveLength(1);
  });

  it('names the inner step when one is told within another', async () => {
    const { narrator } = narratorWithLines();
    const failing = narrator.step('a day passes', () =>
      narrator.step('the hold lapses', async () => {
        throw new TypeError('no such hold');
      }),
    );
    const text = explained(await failing.catch((error: unknown) => error));
    expect(text).toContain('step 2, “the hold lapses”, failed');
    expect(text).toContain('no such hold');
  });
});
