import { regionsWithoutBudgets } from '../../cdk/regions';

export interface Finding {
  /** The variant of the template and the place in it. */
  readonly where: string;
  readonly rule: string;
  readonly text: string;
}

/** A finding that is not a problem, with the reason. */
export interface KnownFinding {
  readonly rule: string;
  readonly about: RegExp;
  readonly why: string;
}

export const knownTemplateFindings: readonly KnownFinding[] = [
  {
    rule: 'W3005',
    about: /./,
    why: 'CDK makes a function depend on its role’s policy, which already depends on the role',
  },
  ...regionsWithoutBudgets.map((region) => ({
    rule: 'E3006',
    about: new RegExp(`^Resource type 'AWS::Budgets::Budget' does not exist in '${region}'$`),
    why: 'In this region the setting monthlyBudgetUsd is refused',
  })),
];

export const knownPolicyFindings: readonly KnownFinding[] = [
  {
    rule: 'RESOURCE_MISMATCH',
    about:
      /^\[\{'action': 'batch:SubmitJob', 'required_format': 'arn:\*:batch:\*:\*:job\/\*'\}, \{'action': 'batch:SubmitJob', 'required_format': 'arn:\*:batch:\*:\*:job-definition\/\*'\}\]$/,
    why: 'A job has no ARN before it is submitted; and AWS’ example uses the revisions of a definition, which have a colon: https://docs.aws.amazon.com/batch/latest/userguide/iam-example-restrict-job-submission.html',
  },
  {
    rule: 'RESOURCE_MISMATCH',
    about:
      /^\[\{'action': 'states:DescribeExecution', 'required_format': 'arn:\*:states:\*:\*:express:\*:\*:\*'\}\]$/,
    why: 'The items of the map are Standard executions, not Express',
  },
];
