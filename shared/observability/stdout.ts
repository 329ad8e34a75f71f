let held: string[] | undefined;

/** One line without its end. Past `console`, which Lambda would wrap into a second JSON. */
export function writeToStdout(line: string): void {
  if (held === undefined) process.stdout.write(`${line}\n`);
  else held.push(line);
}

/** What is written meanwhile leaves in one write: a system call costs as much as all else that a line does. */
export function together(work: () => void): void {
  const lines: string[] = [];
  held = lines;
  try {
    work();
  } finally {
    held = undefined;
    if (lines.length > 0) process.stdout.write(`${lines.join('\n')}\n`);
  }
}
