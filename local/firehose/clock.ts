/**
 * The server's clock: arrival times, buffer deadlines, object names and metrics all read it. It is the wall clock until
 * it is moved; then it runs on from there at its speed, also while no server is there.
 */
import { z } from 'zod';
import { readJsonFile, replaceJsonFile } from './jsonFile';

const courseSchema = z.object({ originMs: z.number(), wallMs: z.number(), speed: z.number().min(0) });
type Course = z.infer<typeof courseSchema>;

const wallClock: Course = { originMs: 0, wallMs: 0, speed: 1 };

export class VirtualClock {
  private course: Course;
  private isHeld = false;
  private latestMs = Number.NEGATIVE_INFINITY;

  constructor(private readonly path: string) {
    this.course = readJsonFile(path, courseSchema) ?? wallClock;
  }

  get speed(): number {
    return this.course.speed;
  }

  /** Never goes back by itself, even when the wall clock is corrected. */
  nowMs(): number {
    const { originMs, wallMs, speed } = this.course;
    const courseMs = this.isHeld ? originMs : Math.floor(originMs + (Date.now() - wallMs) * speed);
    this.latestMs = Math.max(this.latestMs, courseMs);
    return this.latestMs;
  }

  /** Stands still at `atMs` until `release`; what is kept for a restart runs on from there at `speed`. */
  hold(atMs: number, speed: number): void {
    this.isHeld = true;
    this.latestMs = atMs;
    this.startFrom(atMs, speed);
  }

  release(): void {
    this.isHeld = false;
    this.startFrom(this.course.originMs, this.course.speed);
  }

  private startFrom(originMs: number, speed: number): void {
    this.course = { originMs, wallMs: Date.now(), speed };
    replaceJsonFile(this.path, this.course);
  }
}
