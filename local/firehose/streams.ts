/** The delivery streams of the server: in memory, and each in a folder of its own with its definition and its journals. */
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { definitionSchema, type StreamDefinition } from './definition';
import { DeliveryStream, type StreamContext } from './deliveryStream';
import { readJsonFile, replaceJsonFile } from './jsonFile';

const definitionFile = 'stream.json';
/** A name may be `..`, a folder of that name may not. */
const folderOf = (name: string): string => `${name}.stream`;

export class Streams {
  private readonly streams = new Map<string, DeliveryStream>();

  constructor(
    private readonly dir: string,
    private readonly context: StreamContext,
  ) {
    mkdirSync(dir, { recursive: true });
  }

  /** Goes on with the streams that an earlier process left. */
  resume(): void {
    for (const folder of readdirSync(this.dir)) {
      const dir = join(this.dir, folder);
      const definition = readJsonFile(join(dir, definitionFile), definitionSchema);
      if (definition) {
        const stream = new DeliveryStream(definition, dir, this.context);
        this.streams.set(definition.name, stream);
        stream.resume();
      } else {
        // A kill came in the middle of a deletion.
        rmSync(dir, { recursive: true, force: true });
      }
    }
  }

  get(name: string): DeliveryStream | undefined {
    return this.streams.get(name);
  }

  /** In order of their names. */
  all(): DeliveryStream[] {
    return [...this.streams.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, stream]) => stream);
  }

  create(definition: StreamDefinition): void {
    const stream = new DeliveryStream(definition, join(this.dir, folderOf(definition.name)), this.context);
    stream.create(this.context.settings().creatingSeconds);
    this.keep(definition);
    this.streams.set(definition.name, stream);
  }

  update(stream: DeliveryStream, definition: StreamDefinition): void {
    this.keep(definition);
    stream.update(definition);
  }

  async remove(stream: DeliveryStream): Promise<void> {
    const { name } = stream.definition;
    rmSync(join(this.dir, folderOf(name), definitionFile), { force: true });
    await stream.delete();
    this.streams.delete(name);
  }

  async end(): Promise<void> {
    await Promise.all(this.all().map((stream) => stream.end()));
  }

  private keep(definition: StreamDefinition): void {
    replaceJsonFile(join(this.dir, folderOf(definition.name), definitionFile), definition);
  }
}
