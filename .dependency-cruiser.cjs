/**
 * The import directions. A rule's comment is what its offender reads: it says what to do instead.
 *
 * @type {import('dependency-cruiser').IConfiguration}
 */
module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      comment: 'Two files that need each other are one file, or there is a third thing both should import.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'resolvable',
      comment: 'The import leads nowhere: fix the path, or add the package to package.json.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'contracts-import-nothing',
      comment:
        'lib/contracts is read by every side, so it imports zod and itself only. Move the logic to where it is used.',
      severity: 'error',
      from: { path: '^lib/contracts/' },
      to: { pathNot: ['^lib/contracts/', '^node_modules/zod/'] },
    },
    {
      name: 'aws-sdk-only-in-adapters',
      comment:
        'Steps and maths run without an account. Storage goes through ObjectStore; only lib/store/s3-*.ts speaks S3, only lib/cloud/sfn-*.ts Step Functions, and only lib/cloud/sns-*.ts SNS; lib/store/aws-*.ts is how they connect.',
      severity: 'error',
      from: { path: '^(lib|cli|functions)/', pathNot: '^lib/(store/(s3|aws)-|cloud/(sfn|sns)-)' },
      to: { path: '^node_modules/@(aws-sdk|smithy)/' },
    },
    {
      name: 'sfn-client-only-in-cloud',
      comment:
        'Step Functions is spoken to by lib/cloud/sfn-*.ts, and by tests. Steps do not know which workflow they are in; the command line takes Executions.',
      severity: 'error',
      from: { pathNot: '^(lib/cloud/sfn-|test/)' },
      to: { path: '^node_modules/@aws-sdk/client-sfn/' },
    },
    {
      name: 'tfjs-node-only-in-binding',
      comment:
        'Everything must run without the native library. Go through loadTfjsNode() in lib/tensorflow/native-binding.ts, from lib/training only.',
      severity: 'error',
      from: { pathNot: ['^lib/tensorflow/native-binding\\.ts$', '^test/'] },
      to: { path: '^node_modules/@tensorflow/tfjs-node/' },
    },
    {
      name: 'no-native-in-lambdas',
      comment:
        'Evaluation and preprocessing run in Lambdas, where there is no native library; training and the exports do not belong there.',
      severity: 'error',
      from: {
        path: '^(lib/(evaluation|report|dataset|model)|functions/(plan|shard|commit|evaluate|register|notify))/',
      },
      to: { path: '^lib/(training|export|tensorflow/native-)', reachable: true },
    },
    {
      name: 'libraries-must-not-import-pipeline',
      comment:
        'lib/pipeline puts the parts together. A part that needs a step has its dependency the wrong way round.',
      severity: 'error',
      from: {
        path: '^lib/(dataset|image|inference|model|training|evaluation|report|export|store|tensorflow|cloud|protobuf|try-it)/',
      },
      to: { path: '^(lib/(pipeline/(?!step-context)|runtime)|functions|cdk|cli)/' },
    },
    {
      name: 'lib-must-not-import-upward',
      comment: 'lib is used by functions, cdk and cli, never the other way round.',
      severity: 'error',
      from: { path: '^lib/' },
      to: { path: '^(functions|cdk|cli)/' },
    },
    {
      name: 'functions-stand-alone',
      comment: 'Each folder under functions/ is one deployable unit. What two of them share belongs in lib/.',
      severity: 'error',
      from: { path: '^functions/([^/]+)/' },
      to: { path: '^functions/([^/]+)/', pathNot: '^functions/$1/' },
    },
    {
      name: 'cdk-reads-contracts-only',
      comment:
        'The stack names handlers by path and shares lib/contracts with them; importing the code itself would run it at synth.',
      severity: 'error',
      from: { path: '^cdk/' },
      to: { path: '^(lib/(?!contracts/)|functions/|cli/)' },
    },
    {
      name: 'nothing-imports-tests',
      comment: 'Nothing imports test/. If product code needs it, it is not test support.',
      severity: 'error',
      from: { pathNot: '^test/' },
      to: { path: '^test/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      extensions: ['.ts', '.js', '.json', '.d.ts'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
