/**
 * Keeps the programs of the laptop cloud alive, as a container engine would: one that ends by itself is started again.
 * The process ids are noted in a file, so that a starter that was killed leaves nothing running for ever: the next one
 * over the same state ends what it finds.
 */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { type ProgramSpec, processStart, type RunningProgram, StartFailed, startProgram, whenReady } from './processes';

export interface SupervisedSpec extends ProgramSpec {
  /** Throws until the program is ready to work. */
  readonly probe: () => Promise<unknown>;
  /** False for a program that loses its state when it is killed: then its end is the end of all. */
  readonly restart: boolean;
}

export interface SupervisorEvents {
  restarted(name: string): void;
  lost(name: string, logFile: string): void;
}

const restartPauseMs = 500;
const pidFileSchema = z.array(z.object({ pid: z.number(), startedAt: z.string().optional() }));

export class Supervisor {
  private readonly running = new Map<string, RunningProgram>();
  private stopping = false;

  constructor(
    private readonly pidFile: string,
    private readonly events: SupervisorEvents,
  ) {
    endLeftovers(pidFile);
  }

  async start(spec: SupervisedSpec): Promise<void> {
    const program = startProgram(spec);
    this.running.set(spec.name, program);
    this.notePids();
    try {
      await whenReady(program, spec.probe);
    } catch (error) {
      throw new StartFailed(`${String(error instanceof Error ? error.message : error)}; see ${spec.logFile}`);
    }
    void this.watch(spec, program);
  }

  pidOf(name: string): number {
    const program = this.running.get(name);
    if (!program) throw new Error(`no program named '${name}' is running`);
    return program.pid;
  }

  /** SIGKILL, as an accident would; the program is then started again like after any other end. */
  async kill(name: string): Promise<void> {
    await this.running.get(name)?.kill();
  }

  /** Ends all programs, the last started first. */
  async stop(): Promise<void> {
    this.stopping = true;
    for (const program of [...this.running.values()].reverse()) await program.stop();
    this.running.clear();
    rmSync(this.pidFile, { force: true });
  }

  private async watch(spec: SupervisedSpec, program: RunningProgram): Promise<void> {
    await program.ended;
    if (this.stopping) return;
    if (!spec.restart) {
      this.events.lost(spec.name, spec.logFile);
      return;
    }
    this.events.restarted(spec.name);
    await sleep(restartPauseMs);
    if (this.stopping) return;
    try {
      await this.start(spec);
    } catch {
      this.events.lost(spec.name, spec.logFile);
    }
  }

  private notePids(): void {
    mkdirSync(dirname(this.pidFile), { recursive: true });
    const pids = [...this.running.values()].map(({ pid }) => ({ pid, startedAt: processStart(pid) }));
    writeFileSync(this.pidFile, JSON.stringify(pids));
  }
}

/** Ends the programs that a starter which was killed has left running. */
export function endLeftovers(pidFile: string): void {
  if (!existsSync(pidFile)) return;
  const noted = pidFileSchema.safeParse(JSON.parse(readFileSync(pidFile, 'utf8')));
  if (!noted.success) throw new StartFailed(`${pidFile} is damaged: remove it`);
  for (const { pid, startedAt } of noted.data) {
    // The same start time tells our program from a stranger that got its number.
    if (startedAt !== undefined && processStart(pid) === startedAt) process.kill(-pid, 'SIGKILL');
  }
  rmSync(pidFile);
}
