/**
 * `npm test`: every check of the house, with one count at the end. A check that is no test file (types, lint, format)
 * counts as one. All run even when one fails; the exit code is 1 when any did. The trainer's tests, which leave a core
 * idle, run beside the others, and their output comes last.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, openSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { prepare, programs, repositoryRoot } from '../local/prepare';

interface Count {
  readonly passed: number;
  readonly failed: number;
}

interface Result extends Count {
  readonly name: string;
}

interface Check {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** Reads how many tests passed and failed; without it the check counts as one. */
  readonly count?: () => Count;
}

const reports = mkdtempSync(join(tmpdir(), 'frontpage-test-run-'));
const jestReport = join(reports, 'jest.json');
const pytestReport = join(reports, 'pytest.xml');
const bin = (name: string): string => join(repositoryRoot, 'node_modules', '.bin', name);

const python = ['trainer', 'bench'];

const sourceChecks: readonly Check[] = [
  { name: 'types', command: bin('tsc'), args: ['-p', '.'] },
  { name: 'types of the infrastructure', command: bin('tsc'), args: ['-p', 'infra'] },
  { name: 'lint', command: bin('oxlint'), args: ['--type-aware', '--deny-warnings'] },
  { name: 'format', command: bin('biome'), args: ['ci', '.'] },
  { name: 'Python lint', command: programs.python, args: ['-m', 'ruff', 'check', ...python] },
  { name: 'Python format', command: programs.python, args: ['-m', 'ruff', 'format', '--check', ...python] },
  { name: 'infrastructure', command: bin('cdk'), args: ['synth', '--quiet'] },
];

const trainerTests: Check = {
  name: 'trainer tests',
  command: programs.python,
  args: ['-m', 'pytest', '--quiet', '--junit-xml', pytestReport, 'trainer'],
  count: countPytest,
};

const tests: Check = {
  name: 'tests',
  command: bin('jest'),
  args: ['--json', '--outputFile', jestReport],
  count: countJest,
};

const jestSchema = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  numRuntimeErrorTestSuites: z.number(),
});

function countJest(): Count {
  const report = jestSchema.parse(JSON.parse(readFileSync(jestReport, 'utf8')));
  // A file that cannot even be loaded has no tests to fail, so it counts as one failure.
  return { passed: report.numPassedTests, failed: report.numFailedTests + report.numRuntimeErrorTestSuites };
}

function countPytest(): Count {
  const report = readFileSync(pytestReport, 'utf8');
  const of = (attribute: string): number => {
    const value = new RegExp(`<testsuite [^>]*\\b${attribute}="(\\d+)"`).exec(report)?.[1];
    if (value === undefined) throw new Error(`${pytestReport} does not count ${attribute}`);
    return Number(value);
  };
  const failed = of('failures') + of('errors');
  return { passed: of('tests') - failed - of('skipped'), failed };
}

/** The exit code; none of a program that was killed or could not be started. */
function statusOf({ command, args }: Check, output: 'inherit' | number): Promise<number | null> {
  return new Promise((resolve) => {
    spawn(command, args, {
      cwd: repositoryRoot,
      stdio: ['ignore', output, output],
      env: { ...process.env, NODE_NO_WARNINGS: '1' },
    })
      .once('exit', resolve)
      .once('error', (error) => {
        console.error(String(error));
        resolve(null);
      });
  });
}

const headOf = ({ name }: Check): void => console.log(`\n=== ${name}`);

async function run(check: Check): Promise<Result> {
  headOf(check);
  return { name: check.name, ...countOf(check, await statusOf(check, 'inherit')) };
}

function countOf(check: Check, status: number | null): Count {
  try {
    const counted = check.count?.() ?? { passed: status === 0 ? 1 : 0, failed: status === 0 ? 0 : 1 };
    // A runner that fails without a failed test failed itself; none of its tests may hide that.
    return status !== 0 && counted.failed === 0 ? { ...counted, failed: 1 } : counted;
  } catch (error) {
    console.error(`${check.name} left no report: ${String(error)}`);
    return { passed: 0, failed: 1 };
  }
}

async function runAll(): Promise<void> {
  prepare((line) => console.log(line));
  const trainerOutput = join(reports, 'trainer-tests.txt');
  const trainerStatus = statusOf(trainerTests, openSync(trainerOutput, 'w'));
  const results: Result[] = [];
  for (const check of sourceChecks) results.push(await run(check));
  results.push(await run(tests));
  const status = await trainerStatus;
  headOf(trainerTests);
  process.stdout.write(readFileSync(trainerOutput));
  results.push({ name: trainerTests.name, ...countOf(trainerTests, status) });
  const failed = results.reduce((sum, result) => sum + result.failed, 0);
  console.log('\n=== all');
  for (const result of results)
    console.log(`${result.name.padEnd(16)} ${result.passed} passed, ${result.failed} failed`);
  console.log(`${results.reduce((sum, result) => sum + result.passed, 0)} passed, ${failed} failed`);
  process.exitCode = failed === 0 ? 0 : 1;
}

void runAll();
