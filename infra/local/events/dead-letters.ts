import { appendFileSync, readFileSync } from 'node:fs';
import * as z from 'zod/mini';

/** A message that its consumer refused to the end. The error's text stays out: it may quote a person's input. */
const deadLetter = z.object({
  at: z.string(),
  consumer: z.string(),
  message: z.unknown(),
  attempts: z.int(),
  errorName: z.string(),
});

export type DeadLetter = z.output<typeof deadLetter>;

/** The laptop's dead-letter queue: one line a message, appended. */
export class DeadLetters {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  add(letter: DeadLetter): void {
    appendFileSync(this.#path, `${JSON.stringify(letter)}\n`);
  }

  /** Oldest first; a line cut by a kill is left out. */
  list(): readonly DeadLetter[] {
    return lines(this.#path).flatMap((line) => {
      try {
        return [deadLetter.parse(JSON.parse(line))];
      } catch {
        return [];
      }
    });
  }
}

function lines(path: string): readonly string[] {
  try {
    return readFileSync(path, 'utf8').split('\n').filter(Boolean);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw cause;
  }
}
