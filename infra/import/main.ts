import { importFile, type Told } from './import-file.ts';
import { ImportError, readOptions, USAGE } from './options.ts';
import type { Progress } from './progress-file.ts';

/** `npm run import -- residents|signings <file.csv>`. Exit code 0: all is entered; 1: broke off; 2: some rows are faulty. */

const SAY_EVERY_MS = 5_000;

function talk(): Told {
  const isTerminal = process.stderr.isTTY === true;
  const startedAt = performance.now();
  let [saidAt, resumedAt, total] = [startedAt, 0, 0];
  return {
    start({ rows, ignored, resumedAt: row }) {
      [total, resumedAt] = [rows, row];
      if (ignored.length > 0) process.stderr.write(`columns that are not read: ${ignored.join(', ')}\n`);
      if (row > 0) process.stderr.write(`goes on after row ${row}\n`);
    },
    page(progress) {
      const now = performance.now();
      if (now - saidAt < (isTerminal ? 200 : SAY_EVERY_MS)) return;
      saidAt = now;
      const aMinute = ((progress.row - resumedAt) / (now - startedAt)) * 60_000;
      const line = `row ${progress.row} of ${total}: ${countsOf(progress)}; ${Math.round(aMinute)} rows a minute`;
      process.stderr.write(isTerminal ? `\r${line}\u001B[K` : `${line}\n`);
    },
  };
}

function countsOf({ entered, known, faulty }: Progress): string {
  return `${entered} entered, ${known} there already, ${faulty} faulty`;
}

async function run(args: readonly string[]): Promise<number> {
  const options = readOptions(args);
  if (options === undefined) {
    process.stdout.write(`${USAGE}\n`);
    return 0;
  }
  const startedAt = performance.now();
  const done = await importFile(options, talk());
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  process.stdout.write(`\n${options.file}: ${countsOf(done)}, in ${seconds} s\n`);
  if (done.faulty === 0) return 0;
  process.stdout.write(`what is wrong, row by row: ${done.faultsFile}; mend it there and import it\n`);
  return 2;
}

try {
  process.exitCode = await run(process.argv.slice(2));
} catch (error) {
  process.stderr.write(
    `\n${error instanceof ImportError ? error.message : (error instanceof Error && error.stack) || error}\n`,
  );
  process.exitCode = 1;
}
