import { AssertionError } from 'node:assert/strict';
import type { Answer, TestCity } from '../support/city.ts';

/** A story told through the city's front door, step by step. */
export interface Journey {
  readonly city: TestCity;
  /** Says the step in words, does it, and hands on what it found. */
  step<T>(words: string, work: () => Promise<T>): Promise<T>;
}

/** What a module of this folder exports to be run by its name. */
export interface JourneyModule {
  readonly journey: (journey: Journey) => Promise<void>;
}

/** The body of an answer with the status the story expects; the difference, where it has another. */
export function expectStatus<Body>(answer: Answer, status: number): Body {
  if (answer.status !== status) {
    throw new AssertionError({
      message: `expected status ${status}, but the city answered ${answer.status}`,
      actual: { status: answer.status, body: answer.body },
      expected: { status },
      operator: 'expectStatus',
    });
  }
  // A journey knows what it asked for, and looks at what it needs of it.
  return answer.body as Body;
}
