import type * as z from 'zod/mini';
import type { Deps } from '../../shared/deps.ts';
import { dayOf } from '../../shared/kernel/china-time.ts';
import type { fileLink } from './contracts.ts';
import { reportErrors } from './errors.ts';
import { type ReportPolicy, reportPolicy } from './policy.ts';
import type { Publication, uploadBody, uploadLink } from './publish-contracts.ts';
import type { Reader } from './readers.ts';
import { openReport, type ReportAt } from './show-report.ts';

/** Documents and images of reports: they lie in the object store, and are reached by links that soon expire. */

const EXTENSIONS = { 'application/pdf': 'pdf', 'image/jpeg': 'jpg', 'image/png': 'png' } as const;

/** Ids only: keys stand in links and in access logs. */
function keyOf(institutionId: string, fileId: string): string {
  return `report/${institutionId}/${fileId}`;
}

function policyNow({ city, clock }: Deps): ReportPolicy['files'] {
  return city.policy(reportPolicy).at(dayOf(clock.now())).files;
}

/** Where a hospital puts one file, of exactly these bytes, before it publishes the report that names it. */
export async function prepareUpload(
  deps: Deps,
  institutionId: string,
  facts: z.output<typeof uploadBody>,
): Promise<z.input<typeof uploadLink>> {
  const { uploadMinutes, mostBytes } = policyNow(deps);
  if (facts.sizeBytes > mostBytes) throw reportErrors.refusal('FILE_TOO_LARGE', { context: { mostBytes } });
  const fileId = deps.ids.next(20);
  const { url, headers, until } = await deps.objects.uploadLink({
    ...facts,
    key: keyOf(institutionId, fileId),
    expiresInSeconds: uploadMinutes * 60,
  });
  return { fileId, url, headers: { ...headers }, expiresAt: until };
}

/** Whether all files that a publication names were uploaded by its institution, as what it says they are. */
export async function hasFiles(
  { objects }: Deps,
  institutionId: string,
  { files }: Pick<Publication, 'files'>,
): Promise<boolean> {
  const found = await Promise.all(files.map(({ fileId }) => objects.head(keyOf(institutionId, fileId))));
  return files.every(({ contentType }, index) => found[index]?.contentType === contentType);
}

/** A link to one file of the present version, for whoever may read the report. @throws Refusal FILE_NOT_FOUND */
export async function linkToFile(
  deps: Deps,
  reader: Reader,
  { fileId, ...at }: ReportAt & { readonly fileId: string },
): Promise<z.input<typeof fileLink>> {
  const { report, content } = await openReport(deps, reader, at);
  const file = content.files.find((one) => one.fileId === fileId);
  if (file === undefined) throw reportErrors.refusal('FILE_NOT_FOUND');
  const { contentType } = file;
  const { url, until } = await deps.objects.downloadLink({
    key: keyOf(report.institutionId, fileId),
    // The title is the hospital's, and may name the patient: it does not become a file's name.
    fileName: `检查检验报告-${fileId}.${EXTENSIONS[contentType]}`,
    contentType,
    expiresInSeconds: policyNow(deps).linkMinutes * 60,
  });
  return { url, expiresAt: until };
}
