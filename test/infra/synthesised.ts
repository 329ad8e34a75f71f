import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod/mini';
import { createApp } from '../../infra/app.ts';
import { ENTRIES } from '../../infra/build.ts';
import { allCities } from '../../infra/cities/all-cities.ts';
import type { City } from '../../infra/cities/city.ts';
import { hechi } from '../../infra/cities/hechi.ts';
import { minhang } from '../../infra/cities/minhang.ts';
import { contexts } from '../../infra/contexts.ts';
import { type Machine, machines } from '../../infra/machines.ts';
import { allow, institution, patient } from '../../shared/access/grants.ts';
import { type Context, route } from '../../shared/context.ts';
import { defineContext } from '../../shared/define-context.ts';
import { defineErrors } from '../../shared/kernel/errors.ts';
import { stay } from '../support/workflows/stay/stay.ts';

/** A context with one of everything, so that every construct is looked at whatever the real contexts declare today. */
export const ward: Context = defineContext({
  name: 'ward',
  errors: defineErrors({}),
  routes: [
    route({
      method: 'GET',
      path: '/ward/beds/{institutionId}',
      summary: '床位',
      access: allow('nurse', institution()),
      request: { params: z.object({ institutionId: z.string() }) },
      response: z.object({}),
      handle: async () => ({}),
    }),
    route({
      method: 'GET',
      path: '/ward/patients/{patientId}',
      summary: '在院信息',
      access: allow('resident', patient()),
      request: { params: z.object({ patientId: z.string() }) },
      response: z.object({}),
      handle: async () => ({}),
    }),
  ],
  subscriptions: [
    { event: 'booking.appointment-ended', handle: async () => {} },
    { event: 'booking.appointment-ended', handle: async () => {} },
    { event: 'directory.practitioner-left', handle: async () => {} },
  ],
  timers: { 'bed-held': async () => {} },
  schedules: [{ name: 'census', dailyAt: '06:05', handle: async () => {} }],
  grants: [
    { prefix: 'charge#', access: 'read' },
    { prefix: 'patient#', access: 'read' },
    { prefix: 'relation#', access: 'write' },
  ],
  workflows: { starts: ['stay'], answers: ['stay'] },
  objects: { read: true, write: true },
});

export const testedContexts: readonly Context[] = [...contexts, ward];
export const testedMachines: readonly Machine[] = [...machines, stay];

const domain = (name: string) => ({
  name,
  certificateArn:
    'arn:aws-cn:acm:cn-northwest-1:111122223333:certificate/00000000-0000-0000-0000-000000000000',
  icpRecord: '桂ICP备2026000001号-1',
});

/** The real cities, and both edges with what no real city has yet: a recorded domain, an account, people to call. */
export const testedCities: readonly City[] = [
  ...allCities,
  {
    ...hechi,
    id: 'recorded',
    domain: domain('api.recorded.example.cn'),
    account: '111122223333',
    alarmEmails: ['duty@example.cn'],
  },
  { ...minhang, id: 'walled', domain: domain('api.walled.example.cn'), account: '111122223333' },
];

export interface Resource {
  readonly id: string;
  readonly Type: string;
  // Whatever CloudFormation takes; tests look into it by path.
  // biome-ignore lint/suspicious/noExplicitAny: templates have no types
  readonly Properties: any;
  readonly DeletionPolicy?: string;
}

export interface Stack {
  readonly city: City;
  /** Without the city: `data`, `edge`, a context's name… */
  readonly name: string;
  readonly template: Readonly<Record<string, unknown>>;
  readonly resources: readonly Resource[];
}

/** Every stack of every tested city. CDK's own template validation is left to `npm run synth`: it costs seconds. */
export function synthesiseCities(): readonly Stack[] {
  process.env['CDK_VALIDATION'] = 'false';
  const folder = mkdtempSync(join(tmpdir(), 'synth-'));
  const dist = join(folder, 'dist');
  for (const { name } of testedContexts) {
    for (const entry of ENTRIES) {
      const bundle = join(dist, 'functions', `${name}-${entry}`);
      mkdirSync(bundle, { recursive: true });
      writeFileSync(join(bundle, 'index.js'), '');
    }
  }
  const app = createApp({
    cities: testedCities,
    contexts: testedContexts,
    machines: testedMachines,
    dist,
    outdir: join(folder, 'cdk.out'),
  });
  const assembly = app.synth();
  const stacks = testedCities.flatMap((city) =>
    assembly.getNestedAssembly(`assembly-${city.id}`).stacks.map(({ stackName, template }) => ({
      city,
      name: stackName.slice(city.id.length + 1),
      template,
      resources: Object.entries(template.Resources).map(([id, resource]) => ({
        id,
        ...(resource as Omit<Resource, 'id'>),
      })),
    })),
  );
  rmSync(folder, { recursive: true });
  return stacks;
}

export interface Found extends Resource {
  readonly stack: Stack;
}

/** All resources of a type, each with its stack. */
export function ofType(stacks: readonly Stack[], type: string): readonly Found[] {
  return stacks.flatMap((stack) =>
    stack.resources.filter(({ Type }) => Type === type).map((resource) => ({ ...resource, stack })),
  );
}

/** `pingdingshan/data TableCD117FA1`: what a failing test should say. */
export function nameOf({ stack, id }: Found): string {
  return `${stack.city.id}/${stack.name} ${id}`;
}

/** An intrinsic as the text it will become: `Fn::Join` joined, references as `${…}`. */
export function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return value.map(textOf).join(',');
  if (typeof value !== 'object' || value === null) return String(value);
  const { 'Fn::Join': join, 'Fn::GetAtt': att, Ref: ref } = value as Record<string, unknown>;
  if (Array.isArray(join)) return (join[1] as unknown[]).map(textOf).join(String(join[0]));
  if (Array.isArray(att)) return `\${${att.join('.')}}`;
  return ref === undefined ? JSON.stringify(value) : `\${${String(ref)}}`;
}
