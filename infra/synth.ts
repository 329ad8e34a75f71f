import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Validations } from 'aws-cdk-lib';
import type { CloudAssembly } from 'aws-cdk-lib/cx-api';
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag';
import * as z from 'zod';
import type { Context } from '../shared/context.ts';
import { createApp } from './app.ts';
import { buildFunctions } from './build.ts';
import { allCities } from './cities/all-cities.ts';
import type { City } from './cities/city.ts';
import { contexts } from './contexts.ts';
import { type Machine, machines } from './machines.ts';

const ROOT = join(import.meta.dirname, '..');

/** The part of CDK's validation report that is read here. */
const reportSchema = z.object({
  pluginReports: z.array(
    z.object({
      pluginName: z.string(),
      violations: z.array(
        z.object({
          ruleName: z.string(),
          violatingConstructs: z.array(z.object({ constructPath: z.string().default('?') })),
        }),
      ),
    }),
  ),
});
const templateSchema = z.object({
  Resources: z.record(z.string(), z.object({ Type: z.string() })).default({}),
});

export interface SynthProps {
  readonly cities: readonly City[];
  readonly contexts: readonly Context[];
  readonly machines: readonly Machine[];
  readonly dist: string;
  readonly outdir: string;
}

export interface Synthesis {
  readonly assembly: CloudAssembly | undefined;
  /** `rule: construct path` of whatever CloudFormation's rules, cdk-nag or an annotation hold against the stacks. */
  readonly findings: readonly string[];
}

/** Synthesises cities with every check on. Needs no account, no credentials and no Docker. */
export function synthesise(props: SynthProps): Synthesis {
  const app = createApp({ ...props, analyticsReporting: false });
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app), new ServerlessChecks(app));
  let assembly: CloudAssembly | undefined;
  try {
    assembly = app.synth();
  } catch (error) {
    // Findings are thrown after CDK has shown and written them; anything else is a defect of the stacks.
    if (!(error instanceof Error && error.name === 'ValidationFailed')) throw error;
  }
  const report = reportSchema.parse(
    JSON.parse(readFileSync(join(props.outdir, 'validation-report.json'), 'utf8')),
  );
  const findings = report.pluginReports.flatMap(({ pluginName, violations }) =>
    violations.flatMap(({ ruleName, violatingConstructs }) =>
      violatingConstructs.map(({ constructPath }) => `${pluginName} ${ruleName}: ${constructPath}`),
    ),
  );
  return { assembly, findings };
}

/** One line about a city: where it runs, behind what, and how much there is of it. */
function summary(city: City, assembly: CloudAssembly): string {
  const stacks = assembly.getNestedAssembly(`assembly-${city.id}`).stacks;
  const types = stacks.flatMap(({ template }) =>
    Object.values(templateSchema.parse(template).Resources).map(({ Type }) => Type),
  );
  const functions = types.filter((type) => type === 'AWS::Lambda::Function').length;
  const machineCount = types.filter((type) => type === 'AWS::StepFunctions::StateMachine').length;
  const alarms = types.filter((type) => type === 'AWS::CloudWatch::Alarm').length;
  return [
    city.id.padEnd(14),
    city.region.padEnd(16),
    city.edge.kind.padEnd(9),
    `${stacks.length} stacks`.padEnd(10),
    `${types.length} resources`.padEnd(15),
    `${functions} functions`.padEnd(13),
    `${machineCount} machines`.padEnd(11),
    `${alarms} alarms`,
  ].join(' ');
}

if (import.meta.main) {
  const dist = join(ROOT, 'dist');
  await buildFunctions({ contexts, dist });
  const { assembly, findings } = synthesise({
    cities: allCities,
    contexts,
    machines,
    dist,
    outdir: join(ROOT, 'cdk.out'),
  });
  if (assembly !== undefined) for (const city of allCities) console.log(summary(city, assembly));
  console.log(
    findings.length === 0 ? 'no unacknowledged finding' : `${findings.length} unacknowledged findings`,
  );
  if (findings.length > 0 || assembly === undefined) process.exitCode = 1;
}
