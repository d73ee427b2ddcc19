import { PermanentError } from '../lib/contracts/errors';

interface ArgumentAndFlag {
  readonly argument: string | undefined;
  readonly flag: string | undefined;
  /** Such as `--run-id`. */
  readonly flagName: string;
}

/**
 * A value that may be given as an argument or, as in earlier versions, as a flag.
 *
 * @throws PermanentError InvalidInput for two different values.
 */
export function chooseOptionalArgument({ argument, flag, flagName }: ArgumentAndFlag): string | undefined {
  if (argument !== undefined && flag !== undefined && argument !== flag) {
    throw new PermanentError(
      'InvalidInput',
      `The argument is ${JSON.stringify(argument)}, and ${flagName} is ${JSON.stringify(flag)}. They mean the same: give one of them.`,
    );
  }
  return argument ?? flag;
}

/**
 * @param what - the allowed values, for the message.
 * @throws PermanentError InvalidInput if neither is given, or for two different values.
 */
export function chooseArgument(given: ArgumentAndFlag & { readonly what: string }): string {
  const chosen = chooseOptionalArgument(given);
  if (chosen !== undefined) return chosen;
  const name = given.flagName.slice(2);
  throw new PermanentError('InvalidInput', `The argument <${name}> is missing. Give ${given.what}.`);
}
