import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import type * as z from 'zod/mini';
import { StartError } from './options.ts';

/** A small JSON state of the laptop. */
export interface StateFile<T> {
  read(): T;
  /** On disk when it returns: a kill at any moment leaves the old state or the new one, never half of one. */
  write(value: T): void;
}

/** @param initial what `read` answers while there is no file. */
export function stateFile<S extends z.ZodMiniType>(
  path: string,
  schema: S,
  initial: z.output<S>,
): StateFile<z.output<S>> {
  return {
    read() {
      const text = textOf(path);
      if (text === undefined) return initial;
      const parsed = schema.safeParse(jsonOf(text));
      if (!parsed.success) throw new StartError(`${path} is damaged; start again with --reset`);
      return parsed.data;
    },
    write(value) {
      const draft = `${path}.${process.pid}.draft`;
      writeFileSync(draft, JSON.stringify(value));
      renameSync(draft, path);
    },
  };
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw cause;
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
