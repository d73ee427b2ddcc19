import { didYouMean } from '../../lib/contracts/did-you-mean';

test.each([
  ['frid', ['friday', 'monday'], ' Did you mean "friday"?'],
  ['firday', ['friday', 'monday'], ' Did you mean "friday"?'],
  ['Friday', ['friday', 'monday'], ' Did you mean "friday"?'],
  ['hiden', ['hidden', 'epochs'], ' Did you mean "hidden"?'],
  ['batchsize', ['batchSize', 'classes'], ' Did you mean "batchSize"?'],
  ['day', ['may', 'dry'], ' Did you mean one of "may", "dry"?'],
  ['tuesday', ['friday', 'a'], ''],
  ['x', ['y'], ''],
  ['x', [], ''],
])('%j among %j:%s', (word, candidates, text) => {
  expect(didYouMean(word, candidates)).toBe(text);
});
