/** `frontpage versions`, `rollback`, `sweep`: what can be live, what is, and what is taken away. */
import type { Command } from 'commander';
import { rollBack, sweepVersions } from '../clients/operatorOrders';
import type { LivePointer, VersionRecord } from '../clients/recommendationTable';
import { loadSettings } from '../config';
import { describeSweep, type SweptVersions } from '../domain/afterPublish';
import { keptVersions } from '../domain/keptVersions';
import { wholeNumber } from './arguments';
import { type ConfirmOptions, confirm, withConfirmation } from './confirm';
import { openTable, withClient } from './connections';
import type { Desk } from './desk';
import { CommandFailed } from './exitCodes';
import { answer, type OutputOptions, withOutput } from './output';

export function addVersions(program: Command, { terminal }: Desk): void {
  withOutput(program.command('versions').description('list the versions in the table; the live one is marked')).action(
    async (options: OutputOptions) => {
      const table = openTable();
      const [versions, live] = [await table.versions(), await table.live()];
      answer(terminal, options, { live: live?.version ?? null, versions, pointer: live ?? null }, [
        ...describeVersions(versions, live?.version),
        ...describePointer(live),
      ]);
    },
  );
}

export function addRollback(program: Command, { terminal }: Desk): void {
  withOutput(
    withConfirmation(
      program
        .command('rollback')
        .description('make an earlier version live again, within seconds')
        .argument('[version]', 'version to go back to (default: the one that was live before)')
        .requiredOption('--reason <text>', 'why; kept with the pointer'),
    ),
  ).action(
    async (version: string | undefined, options: { readonly reason: string } & OutputOptions & ConfirmOptions) => {
      const willRefuse = !options.yes && !terminal.canAsk;
      const word = version ?? (willRefuse ? 'the version before' : await versionBefore());
      await confirm(terminal, options, { says: `Readers will be taken to ${word}.`, word });
      const { reason } = options;
      // What was confirmed is what is done, also when somebody has moved the pointer meanwhile.
      const result = await withClient((client) => rollBack(client, { version: word, reason }));
      answer(terminal, options, result, [`live: ${result.to} (was ${result.from})`]);
    },
  );
}

/** Where readers came from after a rollback is what was wrong: nobody is taken there without naming it. */
async function versionBefore(): Promise<string> {
  const live = await openTable().live();
  if (live?.previous !== undefined && live.previous < live.version) return live.previous;
  if (live?.previous !== undefined) {
    throw new CommandFailed(
      'OrderRefused',
      `readers were taken back from ${live.previous} to ${live.version} (${live.reason}): name the version to go to, see 'frontpage versions'`,
    );
  }
  throw new CommandFailed(
    'VersionNotKept',
    live === undefined
      ? 'nothing has been published yet, so there is nothing to roll back'
      : `version ${live.version} is the first: none was live before`,
  );
}

interface SweepOptions extends OutputOptions, ConfirmOptions {
  readonly keep?: number;
}

export function addSweep(program: Command, { terminal }: Desk): void {
  withOutput(
    withConfirmation(
      program
        .command('sweep')
        .description('remove the versions that nobody is taken back to any more, as a run does after its publish')
        .option(
          '--keep <versions>',
          'how many stay (default: the setting sweep.keepVersions)',
          wholeNumber(2, 100, ': the live version and the one before it always stay'),
        ),
    ),
  ).action(async (options: SweepOptions) => {
    const { sweep } = loadSettings();
    const settings = { ...sweep, ...(options.keep === undefined ? {} : { keepVersions: options.keep }) };
    const doomed = options.yes || !terminal.canAsk ? [] : await doomedVersions(settings.keepVersions);
    await confirm(terminal, options, {
      says: `All versions but ${settings.keepVersions} will be removed from the table${doomed.length === 0 ? '' : `: ${doomed.join(', ')}`}.`,
      word: 'sweep',
    });
    const swept = await withClient((client) => sweepVersions(client, settings));
    answer(terminal, options, swept, describeSwept(swept));
  });
}

async function doomedVersions(keepVersions: number): Promise<readonly string[]> {
  const table = openTable();
  const live = await table.live();
  if (live === undefined) return [];
  const versions = (await table.versions()).map(({ version }) => version);
  return keptVersions(versions, live, keepVersions).doomed;
}

export function describeSwept({ kept, swept }: SweptVersions): string[] {
  return [`sweep: ${describeSweep({ kept, swept })}`, `kept: ${kept.join(', ')}`];
}

/** Who made it live and why, and where a rollback without a version leads to. */
export function describePointer(live: LivePointer | undefined): string[] {
  if (live === undefined) return [];
  const { version, publishedAt, reason, previous } = live;
  return [`${version} is live since ${publishedAt}: ${reason}; ${whereto(version, previous)}`];
}

function whereto(version: string, previous: string | undefined): string {
  if (previous === undefined) return 'none was live before';
  return previous < version ? `a rollback leads to ${previous}` : `readers were taken back from ${previous}`;
}

export function describeVersions(versions: readonly VersionRecord[], live: string | undefined): string[] {
  if (versions.length === 0) return ['no version has been published yet'];
  return versions.map(({ version, items, publishedAt, sweptSince }) => {
    const mark = sweptSince === undefined ? '' : `  is being removed since ${sweptSince}`;
    return `${version === live ? '*' : ' '} ${version}  ${items} items  published ${publishedAt}${mark}`;
  });
}
