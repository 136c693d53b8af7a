import DataLoader from 'dataloader';

/**
 * Answers all who ask in the same turn of the event loop at once: questions come in crowds, and a statement for each
 * costs both sides more than what it answers. Nothing is remembered: what is answered was looked up after it was asked.
 * @param answer gives an answer for each question, in their order
 * @param questionsMax in one call; default: all there are
 */
export function askTogether<Question, Answer>(
  answer: (questions: readonly Question[]) => Promise<readonly Answer[]>,
  questionsMax = Number.POSITIVE_INFINITY,
): (question: Question) => Promise<Answer> {
  const loader = new DataLoader(answer, {
    cache: false,
    maxBatchSize: questionsMax,
    batchScheduleFn: (ask) => void setImmediate(ask),
  });
  return (question) => loader.load(question);
}
