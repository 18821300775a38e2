/** Synthesises the infrastructure without an account, by the program that `cdk synth` runs, and reads the template. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { repositoryRoot } from '../../local/prepare';

const resourceSchema = z.looseObject({ Type: z.string(), Properties: z.record(z.string(), z.unknown()).default({}) });
const templateSchema = z.looseObject({
  Resources: z.record(z.string(), resourceSchema),
  Outputs: z.record(z.string(), z.object({ Value: z.unknown() })).default({}),
});

export type Template = z.infer<typeof templateSchema>;
export type Resource = z.infer<typeof resourceSchema>;

export interface Synthesis {
  readonly status: number | null;
  /** Standard output and error. */
  readonly said: string;
  /** Of a synthesis that went well. */
  readonly template: Template;
}

const example = join(repositoryRoot, 'infra', 'portal.example.json');
const contextSchema = z.object({ context: z.record(z.string(), z.unknown()) });

/** Of the example portal, with `changes` in its file. */
export function synthesise({ changes = {}, app = 'infra/app.ts' }: { changes?: object; app?: string } = {}): Synthesis {
  const folder = mkdtempSync(join(tmpdir(), 'frontpage-synth-'));
  try {
    const portal = join(folder, 'portal.json');
    const given: unknown = JSON.parse(readFileSync(example, 'utf8'));
    writeFileSync(portal, JSON.stringify({ ...z.record(z.string(), z.unknown()).parse(given), ...changes }));
    const output = join(folder, 'out');
    const { context } = contextSchema.parse(JSON.parse(readFileSync(join(repositoryRoot, 'cdk.json'), 'utf8')));
    const { status, stdout, stderr } = spawnSync(process.execPath, ['--import', require.resolve('tsx'), app], {
      cwd: repositoryRoot,
      encoding: 'utf8',
      // As the CDK CLI tells it. Nothing here could lead to an account.
      env: {
        PATH: process.env['PATH'],
        HOME: folder,
        CDK_OUTDIR: output,
        CDK_CONTEXT_JSON: JSON.stringify({ ...context, portal }),
        CDK_DISABLE_STACK_TRACE: '1',
      },
    });
    const template =
      status === 0
        ? templateSchema.parse(JSON.parse(readFileSync(join(output, 'frontpage.template.json'), 'utf8')))
        : { Resources: {}, Outputs: {} };
    return { status, said: stdout + stderr, template };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export function ofType(template: Template, type: string): [id: string, properties: Record<string, unknown>][] {
  return Object.entries(template.Resources).flatMap(([id, { Type, Properties }]) =>
    Type === type ? [[id, Properties]] : [],
  );
}
