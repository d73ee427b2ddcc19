import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { failures } from '../../lib/contracts/failure-states';
import { anchorsOf, readPage } from '../docs/pages';
import { resourcesOf, synthesize } from './synthesize';
import { allStates, definitionOf } from './workflow-definition';

const anchors = anchorsOf(readPage('docs/runbook.md'));
const synthesized = synthesize();
const sectionsIn = (text: unknown) =>
  [...JSON.stringify(text).matchAll(/docs\/runbook\.md#([a-z-]+)/g)].map(([, anchor]) => anchor);

describe('the runbook', () => {
  it('has a section for every failure state', () => {
    const failureStates = allStates(definitionOf(synthesized)).filter(([, { Type }]) => Type === 'Fail');
    const sections = failureStates.flatMap(([, state]) => sectionsIn(state));
    expect(sections).toHaveLength(Object.keys(failures).length);
    expect(anchors).toEqual(expect.arrayContaining(sections));
  });

  it('has a section for the alarm and for every link in a message', () => {
    const alarms = resourcesOf(synthesized, 'AWS::CloudWatch::Alarm').flatMap(([, alarm]) =>
      sectionsIn(alarm),
    );
    const messages = sectionsIn(
      readFileSync(join(__dirname, '..', '..', 'lib', 'cloud', 'run-message.ts'), 'utf8'),
    );
    const rules = resourcesOf(synthesized, 'AWS::Events::Rule').flatMap(([, rule]) => sectionsIn(rule));
    const sections = [...new Set([...alarms, ...messages, ...rules])];
    expect(sections.sort()).toEqual(['executions-failed', 'no-machine', 'queue-blocked']);
    expect(anchors).toEqual(expect.arrayContaining(sections));
  });
});
