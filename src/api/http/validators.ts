import AjvCompiler, { type BuildCompilerFromPool } from '@fastify/ajv-compiler';

type Compile = ReturnType<BuildCompilerFromPool>;
type Validate = ReturnType<Compile>;

/**
 * Fastify's own validation, but a schema becomes code when it is first asked about something: at a start that would
 * be a tenth of all work.
 */
export const buildValidator: BuildCompilerFromPool = (...given) => {
  let compile: Compile | undefined;
  return (route) => {
    let validate: Validate | undefined;
    function fits(data: unknown): unknown {
      compile ??= AjvCompiler()(...given);
      validate ??= compile(route);
      const answer = validate(data);
      fits.errors = validate.errors;
      return answer;
    }
    fits.errors = undefined as Validate['errors'];
    // Fastify calls it and reads its errors, and nothing else.
    return fits as unknown as Validate;
  };
};
