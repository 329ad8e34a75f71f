import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import {
  COUNTY,
  doctor,
  ELSEWHERE,
  home,
  homePath,
  LIN,
  openWorld,
  PATIENT,
  publisher,
  row,
  staffPath,
  TREATMENT,
  type World,
} from './world.ts';

const PDF = Buffer.from('%PDF-1.7 a report');
const FACTS = {
  contentType: 'application/pdf',
  sizeBytes: PDF.length,
  sha256: createHash('sha256').update(PDF).digest('hex'),
};

async function upload(world: World, facts: object = FACTS): Promise<{ fileId: string; status: number }> {
  const answer = await world.ask('POST', `/report/institutions/${COUNTY}/report-files`, {
    as: await publisher(world),
    body: facts,
  });
  const { fileId, url, headers } = answer.body as {
    fileId: string;
    url: string;
    headers: Record<string, string>;
  };
  if (answer.status !== 201) throw new Error(answer.code);
  const { status } = await follow(world, 'PUT', url, headers, PDF);
  return { fileId, status };
}

async function follow(world: World, method: string, link: string, headers = {}, body = Buffer.alloc(0)) {
  const { pathname, search } = new URL(link);
  return world.serveFile({ method, pathname, search, headers, body });
}

const withFile = (fileId: string, contentType = 'application/pdf'): object =>
  row({ files: [{ fileId, title: '林晓梅的心电图', contentType }] });

it('is uploaded, published with the report and read by a link that soon expires', async () => {
  const world = await openWorld();
  await world.register(PATIENT, LIN);
  const { fileId, status } = await upload(world);
  expect(status).toBe(200);
  const [{ reportId } = {}] = await world.publish(withFile(fileId));
  const path = homePath(reportId, PATIENT, `files/${fileId}`);
  const { body } = await world.ask('GET', path, { as: await home(world) });
  const { url, expiresAt } = body as { url: string; expiresAt: string };
  expect(Date.parse(expiresAt) - world.deps.clock.now()).toBe(5 * 60_000);
  expect(decodeURIComponent(url)).not.toMatch(/林晓梅|pat00001/);
  world.deps.clock.advance(5 * 60_000 - 1);
  expect((await follow(world, 'GET', url)).status).toBe(200);
  world.deps.clock.advance(1);
  expect((await follow(world, 'GET', url)).status).toBe(403);
  expect((await follow(world, 'GET', url.replace(fileId, 'another'))).status).toBe(403);
});

it('is no file of a report that does not name it, and none for a stranger', async () => {
  const world = await openWorld();
  await world.register(PATIENT, LIN);
  const { fileId } = await upload(world);
  const [{ reportId } = {}] = await world.publish(withFile(fileId));
  const [{ reportId: other } = {}] = await world.publish(row());
  const as = await home(world);
  const missing = await world.ask('GET', homePath(other, PATIENT, `files/${fileId}`), { as });
  expect(missing.code).toBe('FILE_NOT_FOUND');
  const stranger = await world.ask('GET', staffPath(ELSEWHERE, reportId, PATIENT, `files/${fileId}`), {
    as: await doctor(world, 'dr-elsewhere', ELSEWHERE),
    query: TREATMENT,
  });
  expect(stranger.code).toBe('REPORT_NOT_FOUND');
});

it('must be there, of that type and not too large, before its report is published', async () => {
  const world = await openWorld();
  const { fileId } = await upload(world);
  const rows = await world.publish(withFile('none'), withFile(fileId, 'image/png'), withFile(fileId));
  expect(rows.map(({ code, outcome }) => code ?? outcome)).toEqual([
    'FILE_MISSING',
    'FILE_MISSING',
    'PUBLISHED',
  ]);
  await expect(upload(world, { ...FACTS, sizeBytes: 50_000_000 })).resolves.toMatchObject({ status: 403 });
  await expect(upload(world, { ...FACTS, sizeBytes: 50_000_001 })).rejects.toThrow('FILE_TOO_LARGE');
});
