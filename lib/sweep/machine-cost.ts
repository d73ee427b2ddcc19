import type { Sweep, SweepPrices } from '../contracts/sweep';
import type { Trial } from './sweep-state';

/** What was trained: `seconds` without the start and end of machines. */
type Trained = Pick<Trial, 'status' | 'epochs' | 'seconds'>;

/** In AWS, a trial starts a machine for each rung on its way. */
export const countMachines = ({ status, epochs }: Trained, { rungs }: Pick<Sweep, 'rungs'>): number =>
  status === 'waiting' ? 0 : rungs.filter((rung) => rung < epochs.length).length + 1;

/** The cost of the machines of a trial so far, in US dollars, by list prices. */
export const machineCostUsd = (
  trained: Trained,
  sweep: Pick<Sweep, 'rungs'>,
  { machineStartUsd, trainingSecondUsd }: Pick<SweepPrices, 'machineStartUsd' | 'trainingSecondUsd'>,
): number => countMachines(trained, sweep) * machineStartUsd + trained.seconds * trainingSecondUsd;
