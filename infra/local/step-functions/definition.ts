import * as z from 'zod';
import type { Json } from './json.ts';

// JSONata's half of the Amazon States Language. Strict: a field that is not here is refused, never ignored.

/** Already JSON, since the definition was parsed from text. */
const json = z.custom<Json>((value) => value !== undefined);
const isExpression = (text: string): boolean => text.startsWith('{%') && text.endsWith('%}');
const expression = z.string().refine(isExpression, 'must be a JSONata expression between {% and %}');
const seconds = (least: number) => z.union([z.int().min(least).max(99_999_999), expression]);
const stateName = z.string().min(1).max(80);

const common = { Comment: z.string().optional(), QueryLanguage: z.literal('JSONata').optional() };
const giving = { Output: json.optional(), Assign: z.record(z.string(), json).optional() };

const errorNames = z.array(z.string().min(1)).min(1);
const retrier = z.strictObject({
  Comment: z.string().optional(),
  ErrorEquals: errorNames,
  IntervalSeconds: z.int().min(1).max(99_999_999).optional(),
  MaxAttempts: z.int().min(0).max(99_999_999).optional(),
  BackoffRate: z.number().min(1).optional(),
  MaxDelaySeconds: z.int().min(1).max(31_622_399).optional(),
  JitterStrategy: z.enum(['FULL', 'NONE']).optional(),
});
const catcher = z.strictObject({
  Comment: z.string().optional(),
  ErrorEquals: errorNames,
  Next: stateName,
  ...giving,
});
/** What goes on to another state or to the end. */
const step = { ...common, ...giving, Next: stateName.optional(), End: z.boolean().optional() };
const work = { ...step, Retry: z.array(retrier).optional(), Catch: z.array(catcher).optional() };

interface States {
  readonly [name: string]: State;
}
export interface Flow {
  readonly StartAt: string;
  readonly States: States;
}
const states = (): z.ZodType<States> => z.lazy(() => z.record(stateName, state));
const branch = z.strictObject({ Comment: z.string().optional(), StartAt: stateName, States: states() });
const inline = z.strictObject({ Mode: z.literal('INLINE') });

const task = z.strictObject({
  Type: z.literal('Task'),
  Resource: z.string(),
  Arguments: json.optional(),
  TimeoutSeconds: seconds(1).optional(),
  HeartbeatSeconds: seconds(1).optional(),
  ...work,
});
const choice = z.strictObject({
  Type: z.literal('Choice'),
  Choices: z
    .array(
      z.strictObject({
        Comment: z.string().optional(),
        Condition: z.union([expression, z.boolean()]),
        Next: stateName,
        ...giving,
      }),
    )
    .min(1),
  Default: stateName.optional(),
  ...common,
  ...giving,
});
const rfc3339 = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/;
export const isTimestamp = (text: string): boolean => rfc3339.test(text) && !Number.isNaN(Date.parse(text));
const wait = z.strictObject({
  Type: z.literal('Wait'),
  Seconds: seconds(0).optional(),
  Timestamp: z
    .string()
    .refine((text) => isExpression(text) || isTimestamp(text), 'must be RFC 3339 with a zone')
    .optional(),
  ...step,
});
const pass = z.strictObject({ Type: z.literal('Pass'), ...step });
const succeed = z.strictObject({ Type: z.literal('Succeed'), Output: json.optional(), ...common });
const fail = z.strictObject({
  Type: z.literal('Fail'),
  Error: z.string().optional(),
  Cause: z.string().optional(),
  ...common,
});
const parallel = z.strictObject({
  Type: z.literal('Parallel'),
  Branches: z.array(branch).min(1),
  Arguments: json.optional(),
  ...work,
});
const map = z.strictObject({
  Type: z.literal('Map'),
  Items: z.union([z.array(json), expression]).optional(),
  ItemSelector: json.optional(),
  ItemProcessor: branch.extend({ ProcessorConfig: inline.optional() }),
  MaxConcurrency: z.union([z.int().min(0), expression]).optional(),
  ...work,
});
const state = z.discriminatedUnion('Type', [task, choice, wait, pass, succeed, fail, parallel, map]);

/** A state machine as it is deployed. */
export const machine = z.strictObject({
  Comment: z.string().optional(),
  QueryLanguage: z.literal('JSONata'),
  Version: z.literal('1.0').optional(),
  TimeoutSeconds: z.int().min(1).max(99_999_999).optional(),
  StartAt: stateName,
  States: states(),
});

export type Machine = z.output<typeof machine>;
export type Task = z.output<typeof task>;
export type Choice = z.output<typeof choice>;
export type Wait = z.output<typeof wait>;
export type Pass = z.output<typeof pass>;
export type Succeed = z.output<typeof succeed>;
export type Fail = z.output<typeof fail>;
/** Interfaces, since these two contain states. */
export interface Parallel extends z.output<typeof parallel> {}
export interface MapState extends z.output<typeof map> {}
export type State = Task | Choice | Wait | Pass | Succeed | Fail | Parallel | MapState;
export type Retrier = z.output<typeof retrier>;
export type Catcher = z.output<typeof catcher>;

/** The flows inside a state, each with its path from the state. */
export function innerFlows(one: State): readonly { readonly path: readonly string[]; readonly flow: Flow }[] {
  if (one.Type === 'Map') return [{ path: ['ItemProcessor'], flow: one.ItemProcessor }];
  if (one.Type !== 'Parallel') return [];
  return one.Branches.map((flow, index) => ({ path: ['Branches', String(index)], flow }));
}
