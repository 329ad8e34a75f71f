import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseDocument } from 'yaml';

const WORKFLOWS = join(import.meta.dirname, '..', '..', 'workflows');

/** JSON as a definition file holds it, placeholders and all. */
type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

/** What a placeholder stands for: in CDK, on the laptop, in tests. Throws where it knows no such context. */
export interface Surroundings {
  readonly partition: string;
  /** ARN of a context's worker function. */
  worker(context: string): string;
}

/** A definition file that cannot be deployed anywhere. */
export class InvalidDefinitionFile extends Error {
  override readonly name = 'InvalidDefinitionFile';

  constructor(machine: string, faults: readonly string[]) {
    super(`workflows/${machine}/${machine}.asl.yaml: ${faults.join('; ')}`);
  }
}

export class DefinitionFile {
  readonly machine: string;
  readonly content: Json;

  /** @throws InvalidDefinitionFile */
  constructor(machine: string, yaml: string) {
    const document = parseDocument(yaml, { uniqueKeys: true, strict: true, version: '1.2' });
    const faults = [...document.errors, ...document.warnings].map(({ message }) => message);
    if (faults.length > 0) throw new InvalidDefinitionFile(machine, faults);
    this.machine = machine;
    // A round trip, so that what a test compares and a template holds is JSON and nothing else.
    this.content = JSON.parse(JSON.stringify(document.toJS() ?? null));
  }

  /** Contexts whose workers the definition calls. */
  get workers(): readonly string[] {
    const names = new Set<string>();
    this.fill({
      partition: '',
      worker: (context) => {
        names.add(context);
        return '';
      },
    });
    return [...names].toSorted();
  }

  /** The definition as Step Functions takes it. @throws InvalidDefinitionFile */
  fill({ partition, worker }: Surroundings): string {
    const value = (placeholder: string): string => {
      if (placeholder === 'partition') return partition;
      const [, context] = /^([a-z][a-z0-9-]*)\.worker$/.exec(placeholder) ?? [];
      if (context !== undefined) return worker(context);
      throw new InvalidDefinitionFile(this.machine, [`there is no placeholder \${${placeholder}}`]);
    };
    return JSON.stringify(
      mapTexts(this.content, (text) =>
        text.replaceAll(PLACEHOLDER, (_, placeholder: string) => value(placeholder)),
      ),
    );
  }
}

/** @throws InvalidDefinitionFile */
export function readDefinitionFile(machine: string, folder = WORKFLOWS): DefinitionFile {
  return new DefinitionFile(machine, readFileSync(join(folder, machine, `${machine}.asl.yaml`), 'utf8'));
}

const PLACEHOLDER = /\$\{([^{}]*)\}/g;

/** Texts outside expressions: in JSONata `${…}` has a meaning of its own. */
function mapTexts(value: Json, change: (text: string) => string): Json {
  if (typeof value === 'string') return value.startsWith('{%') ? value : change(value);
  if (Array.isArray(value)) return value.map((one) => mapTexts(one, change));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, mapTexts(one, change)]));
}
