import { drawAndStore } from '../../../lib/pipeline/sweep/draw-trial';
import { MemoryStore } from '../../../lib/store/memory-store';
import { drawTrial } from '../../../lib/sweep/sampler';
import { makeTrial } from '../../support/simulated-sweep';
import { createSweep } from '../../sweep/sweeps';

test('a trial is drawn away from those that run or failed', async () => {
  const sweep = createSweep({ dropout: { range: [0, 0.9] } }, { sampler: 'tpe', trialCount: 20 });
  const finished = Array.from({ length: 12 }, (_, index) =>
    makeTrial(index + 1, [1 + index], { drawn: { dropout: index / 20 }, status: 'finished' }),
  );
  const others = [
    makeTrial(13, [], { drawn: { dropout: 0.01 }, status: 'running' }),
    makeTrial(14, [], { drawn: { dropout: 0.02 }, status: 'failed' }),
  ];
  const { drawn } = await drawAndStore(new MemoryStore(), { sweep, trials: [...finished, ...others] }, 15);
  const known = finished.map((trial) => ({ drawn: trial.drawn, value: trial.value }));
  const unknown = others.map((trial) => ({ drawn: trial.drawn, value: undefined }));
  expect(drawn).toEqual(drawTrial(sweep, 15, [...known, ...unknown]));
  expect(drawn).not.toEqual(drawTrial(sweep, 15, known));
});
