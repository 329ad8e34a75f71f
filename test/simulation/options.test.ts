import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const SCRIPT = join(import.meta.dirname, 'run.ts');

describe('a search that would search nothing', () => {
  it.each(['abc', '0', '-5', '1.5', ''])('is refused: --seeds=%s', (seeds) => {
    const { status, stderr } = spawnSync(
      process.execPath,
      [SCRIPT, '--workflow', 'booking', `--seeds=${seeds}`],
      {
        encoding: 'utf8',
      },
    );
    expect(stderr).toContain('--seeds is no whole number from 1 on');
    expect(status).toBe(1);
  });
});
