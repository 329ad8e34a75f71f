import { globSync, readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { Stryker } from '@stryker-mutator/core';
import { type Subject, subjects } from './subjects.ts';
import { reasonOf } from './survivors.ts';

/**
 * `npm run mutate -- access|transitions|payment|rules|stores`: changes the source in one place at a time and asks the
 * tests. Says how much was noticed, and names each change that was not, with the reason where one is known.
 */
async function mutate(name: string, { mutate: files, tests, bar }: Subject): Promise<boolean> {
  process.env['MUTATION_TESTS'] = tests.flatMap((glob) => globSync(glob).toSorted()).join(' ');
  const results = await new Stryker({
    testRunner: 'vitest',
    plugins: ['@stryker-mutator/vitest-runner'],
    vitest: { configFile: 'test/mutation/vitest.config.ts', related: false },
    // TypeScript 7 has no API by which Stryker could rewrite it, and nothing here is compiled.
    tsconfigFile: 'none.json',
    mutate: [...files],
    coverageAnalysis: 'perTest',
    concurrency: Number(process.env['MUTATION_LANES'] ?? 1),
    timeoutMS: 30_000,
    tempDirName: '.local/mutation',
    reporters: ['progress-append-only'],
    allowConsoleColors: false,
  }).runMutationTest();
  const judged = results.filter(({ status }) => JUDGED.has(status));
  const survivors = judged.filter(({ status }) => status === 'Survived' || status === 'NoCoverage');
  const unexplained = survivors.filter((survivor) => reasonFor(survivor) === undefined);
  for (const survivor of survivors) console.log(wordsOf(survivor));
  const killed = judged.length - survivors.length;
  // A change that no test needs to notice counts for nothing.
  const percent = (100 * killed) / Math.max(1, killed + unexplained.length);
  console.log(
    `${name}: ${killed} of ${judged.length} noticed, ${survivors.length - unexplained.length} explained, ` +
      `${unexplained.length} gaps: ${percent.toFixed(1)} % (bar ${bar} %)`,
  );
  return percent >= bar;
}

type MutantResult = Awaited<ReturnType<Stryker['runMutationTest']>>[number];

const JUDGED = new Set(['Killed', 'Timeout', 'Survived', 'NoCoverage']);

function changeOf({ fileName, location: { start, end }, replacement = '' }: MutantResult): string {
  const lines = readFileSync(fileName, 'utf8')
    .split('\n')
    .slice(start.line - 1, end.line);
  const last = lines.length - 1;
  const was = lines
    .map((line, index) =>
      line.slice(index === 0 ? start.column - 1 : 0, index === last ? end.column - 1 : undefined),
    )
    .join(' ');
  return `${relative(process.cwd(), fileName)}: ${inOneLine(was)} → ${inOneLine(replacement)}`;
}

function reasonFor(result: MutantResult): string | undefined {
  const { fileName, location, replacement = '' } = result;
  const lines = readFileSync(fileName, 'utf8').split('\n').slice(0, location.start.line);
  const before = [...lines.slice(0, -1), lines.at(-1)?.slice(0, location.start.column - 1)].join('\n');
  return reasonOf({ change: changeOf(result), replacement, before });
}

function wordsOf(result: MutantResult): string {
  const found = result.status === 'NoCoverage' ? 'never run' : 'survived';
  const said = `${found}, line ${result.location.start.line} of ${changeOf(result)}`;
  const reason = reasonFor(result);
  return reason === undefined ? said : `${said}\n    ${reason}`;
}

function inOneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').slice(0, 160);
}

const [asked] = process.argv.slice(2);
const chosen = Object.entries(subjects).filter(([name]) => asked === undefined || name === asked);
if (chosen.length === 0) {
  console.error(`usage: npm run mutate [-- ${Object.keys(subjects).join(' | ')}]`);
  process.exit(2);
}
let held = true;
for (const [name, subject] of chosen) held = (await mutate(name, subject)) && held;
process.exit(held ? 0 : 1);
