/** A keep-alive connection that asks for readers' lists as cheaply as a process can, one burst of pipelined requests at a time. */
import { connect, type Socket } from 'node:net';

export interface Answer {
  readonly status: number;
  readonly body: string;
}

export class Connection {
  private readonly socket: Socket;
  private received = '';
  private answers: Answer[] = [];
  private expected = 0;
  private onAnswers: (answers: readonly Answer[]) => void = () => undefined;

  constructor(port: number) {
    this.socket = connect(port, '127.0.0.1').setNoDelay(true).setEncoding('latin1');
    this.socket.on('data', (text: string) => this.receive(text));
  }

  ask(paths: readonly string[], onAnswers: (answers: readonly Answer[]) => void): void {
    this.expected = paths.length;
    this.answers = [];
    this.onAnswers = onAnswers;
    this.socket.write(paths.map((path) => `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`).join(''), 'latin1');
  }

  close(): void {
    this.socket.destroy();
  }

  private receive(text: string): void {
    this.received += text;
    let from = 0;
    for (;;) {
      const headEnds = this.received.indexOf('\r\n\r\n', from);
      if (headEnds === -1) break;
      const head = this.received.slice(from, headEnds);
      const [, length = '0'] = /content-length: (\d+)/i.exec(head) ?? [];
      const ends = headEnds + 4 + Number(length);
      if (this.received.length < ends) break;
      this.answers.push({ status: Number(head.slice(9, 12)), body: this.received.slice(headEnds + 4, ends) });
      from = ends;
    }
    this.received = this.received.slice(from);
    if (this.expected > 0 && this.answers.length === this.expected) {
      this.expected = 0;
      this.onAnswers(this.answers);
    }
  }
}
