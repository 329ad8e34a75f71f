import { createHmac } from 'node:crypto';
import * as z from 'zod/mini';
import type { Key } from '../../shared/data/table.ts';
import type { Deps } from '../../shared/deps.ts';
import { ID_ALPHABET } from '../../shared/kernel/ids.ts';
import { type Publication, publication } from './publish-contracts.ts';
import { editions, examinations, facts, type Report, summaries } from './store.ts';

/** What reports say of people: each text is sealed for its item, and opens nowhere else. */

const SCOPE = 'report';
/** Scope of the one key that report ids are made with. */
const IDS = 'report';
const ID_LENGTH = 20;

/** What the list shows besides codes. */
const titleSchema = z.object({ title: z.string(), abnormal: z.boolean() });
export type Title = z.output<typeof titleSchema>;

const figureSchema = z.object({
  code: z.string(),
  value: z.optional(z.number()),
  unit: z.optional(z.string()),
  low: z.optional(z.number()),
  high: z.optional(z.number()),
  tag: z.optional(z.string()),
});
export type Figure = z.output<typeof figureSchema>;

/** The examination itself and its values, of which only numbers are kept. */
const figuresSchema = z.object({
  code: z.string(),
  name: z.string(),
  tag: z.optional(z.string()),
  values: z.array(figureSchema),
});
export type Figures = z.output<typeof figuresSchema>;

type InTime = Parameters<typeof summaries.key>[0];

/**
 * A report's id: the same for the same number of the same institution, and telling nothing of either. Its key is the
 * first of its scope for ever: under another one a report would be a second report.
 */
export async function reportIdOf(
  { keyRing }: Pick<Deps, 'keyRing'>,
  institutionId: string,
  reportNumber: string,
): Promise<string> {
  await keyRing.newest(IDS, 'blind');
  const { bytes } = await keyRing.version(IDS, 'blind', 1);
  const digest = createHmac('sha256', bytes)
    .update(JSON.stringify([institutionId, reportNumber]))
    .digest();
  return Array.from(digest.subarray(0, ID_LENGTH), (byte) => ID_ALPHABET[byte % ID_ALPHABET.length]).join('');
}

export async function sealEdition(
  { cipher }: Pick<Deps, 'cipher'>,
  reportId: string,
  version: number,
  content: Publication,
): Promise<string> {
  return cipher.seal(SCOPE, fieldOf(editions.key({ reportId, version })), JSON.stringify(content));
}

/** @throws FieldSealError when the item was moved or altered. */
export async function openEdition(
  { cipher }: Pick<Deps, 'cipher'>,
  reportId: string,
  { version, sealed }: { readonly version: number; readonly sealed: string },
): Promise<Publication> {
  const text = await cipher.open(SCOPE, fieldOf(editions.key({ reportId, version })), sealed);
  return publication.parse(JSON.parse(text));
}

export async function sealTitle({ cipher }: Pick<Deps, 'cipher'>, at: InTime, title: Title): Promise<string> {
  return cipher.seal(SCOPE, fieldOf(summaries.key(at)), JSON.stringify(title));
}

export async function openTitle(
  { cipher }: Pick<Deps, 'cipher'>,
  at: InTime,
  { sealed }: { readonly sealed: string },
): Promise<Title> {
  return titleSchema.parse(JSON.parse(await cipher.open(SCOPE, fieldOf(summaries.key(at)), sealed)));
}

export async function sealFigures(
  { cipher }: Pick<Deps, 'cipher'>,
  at: InTime,
  figures: Figures,
): Promise<string> {
  return cipher.seal(SCOPE, fieldOf(facts.key(at)), JSON.stringify(figures));
}

export async function openFigures(
  { cipher }: Pick<Deps, 'cipher'>,
  at: InTime,
  { sealed }: { readonly sealed: string },
): Promise<Figures> {
  return figuresSchema.parse(JSON.parse(await cipher.open(SCOPE, fieldOf(facts.key(at)), sealed)));
}

export async function sealMeasure(
  { cipher }: Pick<Deps, 'cipher'>,
  { reportId }: Pick<Report, 'reportId'>,
  measure: string,
): Promise<string> {
  return cipher.seal(SCOPE, { item: `report|critical|${reportId}`, field: 'measure' }, measure);
}

type ExaminationAt = Parameters<typeof examinations.key>[0];

export async function sealExamination(
  { cipher }: Pick<Deps, 'cipher'>,
  at: ExaminationAt,
  code: string,
): Promise<string> {
  return cipher.seal(SCOPE, fieldOf(examinations.key(at)), code);
}

export async function openExamination(
  { cipher }: Pick<Deps, 'cipher'>,
  at: ExaminationAt,
  sealed: string,
): Promise<string> {
  return cipher.open(SCOPE, fieldOf(examinations.key(at)), sealed);
}

function fieldOf({ pk, sk }: Key): { readonly item: string; readonly field: string } {
  return { item: `${pk}|${sk}`, field: 'sealed' };
}
