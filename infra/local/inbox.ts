import { appendFileSync, existsSync, readFileSync } from 'node:fs';

/** What a stand-in has delivered, and what it has to remember to do so: a line each, on disk before it is answered. */
export class Journal<T> {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  /** Everything that was added, oldest first. A last line that a kill cut short was never answered. */
  read(): readonly T[] {
    if (!existsSync(this.#path)) return [];
    return readFileSync(this.#path, 'utf8')
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line));
  }

  add(entry: T): void {
    appendFileSync(this.#path, `${JSON.stringify(entry)}\n`);
  }
}
