import { readDefinition } from '../../../infra/local/step-functions/check-definition.ts';
import {
  type Flow,
  innerFlows,
  type Machine,
  type State,
} from '../../../infra/local/step-functions/definition.ts';
import type { Way } from '../../../infra/local/step-functions/run.ts';
import { matches } from '../../../infra/local/step-functions/states/error-names.ts';

export const KINDS = ['states', 'choices', 'retries', 'catches', 'timeouts'] as const;
export type Kind = (typeof KINDS)[number];

/** One thing that some scenario has to do. */
interface Duty {
  readonly kind: Kind;
  /** `States/AskNurse Catch/0 States.Timeout`. */
  readonly name: string;
  readonly done: (way: Way) => boolean;
}

export interface Coverage {
  readonly counts: Readonly<Record<Kind, { readonly done: number; readonly all: number }>>;
  /** Names of what no scenario did. */
  readonly missing: readonly string[];
}

/** Holds the ways that scenarios went against all that a definition has. */
export function coverageOf(definition: string, ways: readonly Way[]): Coverage {
  const { definition: machine, faults } = readDefinition(definition);
  if (machine === undefined)
    throw new Error(faults.map(({ path, message }) => `${path} ${message}`).join('; '));
  const duties = [...dutiesOfMachine(machine), ...dutiesOfFlow(machine, [])];
  const missing = duties.filter(({ done }) => !ways.some(done));
  const count = (kind: Kind) => {
    const of = (all: readonly Duty[]): number => all.filter((duty) => duty.kind === kind).length;
    return { all: of(duties), done: of(duties) - of(missing) };
  };
  return {
    counts: {
      states: count('states'),
      choices: count('choices'),
      retries: count('retries'),
      catches: count('catches'),
      timeouts: count('timeouts'),
    },
    missing: missing.map(({ name }) => name),
  };
}

function dutiesOfMachine({ TimeoutSeconds }: Machine): readonly Duty[] {
  if (TimeoutSeconds === undefined) return [];
  const done = ({ state, way }: Way): boolean => state === '' && way === 'TimeoutSeconds';
  return [{ kind: 'timeouts', name: "the machine's TimeoutSeconds", done }];
}

function dutiesOfFlow(flow: Flow, path: readonly string[]): readonly Duty[] {
  return Object.entries(flow.States).flatMap(([name, state]) => {
    const at = [...path, 'States', name];
    const inner = innerFlows(state).flatMap((one) => dutiesOfFlow(one.flow, [...at, ...one.path]));
    return [...dutiesOf(state, at.join('/')), ...inner];
  });
}

/** Rules of a Retry once each; a Catch once for every error it names, since each is a story of its own. */
function dutiesOf(state: State, at: string): readonly Duty[] {
  const duty = (kind: Kind, way: string): Duty => ({
    kind,
    name: way === 'entered' ? at : `${at} ${way}`,
    done: (gone) => gone.state === at && gone.way === way,
  });
  const choices = state.Type === 'Choice' ? state.Choices : [];
  const retriers = ('Retry' in state ? state.Retry : undefined) ?? [];
  const catchers = ('Catch' in state ? state.Catch : undefined) ?? [];
  const limits = (['TimeoutSeconds', 'HeartbeatSeconds'] as const).filter(
    (field) => state.Type === 'Task' && state[field] !== undefined,
  );
  return [
    duty('states', 'entered'),
    ...choices.map((_, index) => duty('choices', `Choices/${index}`)),
    ...(state.Type === 'Choice' && state.Default !== undefined ? [duty('choices', 'Default')] : []),
    ...retriers.map((_, index) => duty('retries', `Retry/${index}`)),
    ...catchers.flatMap(({ ErrorEquals }, index) =>
      ErrorEquals.map((error): Duty => {
        const { done, name, kind } = duty('catches', `Catch/${index}`);
        return { kind, name: `${name} ${error}`, done: (way) => done(way) && matches([error], way.error) };
      }),
    ),
    ...limits.map((field) => duty('timeouts', field)),
  ];
}

/** What AWS bills: each time a step is executed, retries included. */
export function billedTransitions(ways: readonly Way[]): number {
  return ways.filter(({ way }) => way === 'entered' || way.startsWith('Retry/')).length;
}
