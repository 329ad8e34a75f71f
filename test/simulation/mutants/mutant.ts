/** A bug that is planted in one place of the code, while it is read and nowhere else. */
export interface Mutant {
  readonly name: string;
  /** What simulates where it shows. */
  readonly workflow: string;
  /** What it would do to people. */
  readonly harm: string;
  readonly file: string;
  /** Stands there exactly once. */
  readonly from: string;
  readonly to: string;
  /** Takes about a thousand seeds or more: `npm run simulate -- --mutants` looks for it, the tests do not. */
  readonly isRare?: true;
}

/** @throws when the code no longer has that place */
export function mutated({ name, from, to, file }: Mutant, source: string): string {
  const places = source.split(from).length - 1;
  if (places !== 1) throw new Error(`mutant ${name}: ${file} has its place ${places} times instead of once`);
  return source.replace(from, () => to);
}
