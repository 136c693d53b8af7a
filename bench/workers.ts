import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';

/** A part of the benchmark in a process of its own, so that it shares no thread with what is measured. */
export interface Worker<Question, Answer> {
  /** One question at a time. @throws Error when the process ends instead of answering */
  ask(question: Question): Promise<Answer>;
  stop(): Promise<void>;
}

export function startWorker<Question, Answer>(file: string): Worker<Question, Answer> {
  const child = fork(new URL(file, import.meta.url), {
    serialization: 'advanced',
    execArgv: [...process.execArgv, '--expose-gc'],
  });
  const exited = once(child, 'exit');
  return {
    async ask(question) {
      child.send(question as object);
      return (await Promise.race([once(child, 'message'), failAfter(exited, file)]))[0] as Answer;
    },
    async stop() {
      end(child);
      await exited;
    },
  };
}

async function failAfter(exited: Promise<unknown>, file: string): Promise<never> {
  await exited;
  throw new Error(`${file} ended.`);
}

function end(child: ChildProcess): void {
  if (child.connected) child.disconnect();
}

type Answerer<Question> = (question: Question) => Promise<unknown>;

/** In a worker: answers whatever it is asked, until the benchmark lets go of it. */
export function answerQuestions<Question>(answer: Answerer<Question>): void {
  process.on('message', (question) => {
    void answer(question as Question).then((value) => process.send?.(value));
  });
  process.on('disconnect', () => process.exit(0));
  // Ctrl-C is told to the whole group; the benchmark itself ends its workers.
  process.on('SIGINT', () => undefined);
}
