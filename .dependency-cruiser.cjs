/**
 * Which folder may import which. The comment of a rule is its error message: it says what to do instead.
 *
 * @type {import('dependency-cruiser').IConfiguration}
 */
module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      comment: 'Two files import each other. Merge them, or move what both need into a third file.',
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
        'lib/contracts is imported by all other folders, so it may import only zod and itself. Move the logic to where it is used.',
      severity: 'error',
      from: { path: '^lib/contracts/' },
      to: { pathNot: ['^lib/contracts/', '^node_modules/zod/'] },
    },
    {
      name: 'sweep-imports-contracts-only',
      comment:
        'What a sweep decides is a function of data; of the parts only lib/schedule and lib/random are, too. What reads or writes a store belongs into lib/pipeline, what draws into lib/report.',
      severity: 'error',
      from: { path: '^lib/sweep/' },
      to: { pathNot: ['^lib/(contracts|random|schedule|sweep)/'] },
    },
    {
      name: 'aws-sdk-only-in-adapters',
      comment:
        'Steps and maths run without an AWS account. Use ObjectStore for storage. Only lib/store/s3-*.ts and lib/sources/s3-*.ts may use S3, only lib/cloud/sfn-*.ts Step Functions, and only lib/cloud/sns-*.ts SNS. lib/store/aws-*.ts has what they share.',
      severity: 'error',
      from: { path: '^(lib|cli|functions)/', pathNot: '^lib/(store/(s3|aws)-|sources/s3-|cloud/(sfn|sns)-)' },
      to: { path: '^node_modules/@(aws-sdk|smithy)/' },
    },
    {
      name: 'sfn-client-only-in-cloud',
      comment:
        'Only lib/cloud/sfn-*.ts and tests may use the Step Functions client. Steps do not know their workflow; the command line uses Executions.',
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
        'Evaluation and preprocessing run in Lambda functions, which have no native library. They must not import training or the exports.',
      severity: 'error',
      from: {
        path: '^(lib/(evaluation|report|dataset|sources|model)|functions/(plan|shard|commit|evaluate|register|notify))/',
      },
      to: { path: '^lib/(training|export|native-setup|tensorflow/native-)', reachable: true },
    },
    {
      name: 'graphs-must-not-import-setup',
      comment:
        'lib/native-setup downloads and builds native TensorFlow; lib/tensorflow loads and uses it. Both share lib/tensorflow/native-release.ts.',
      severity: 'error',
      from: { path: '^lib/(tensorflow|protobuf)/' },
      to: { path: '^lib/native-setup/' },
    },
    {
      name: 'libraries-must-not-import-pipeline',
      comment:
        'lib/pipeline imports the parts, so a part must not import lib/pipeline. Pass what it needs as an argument, as copyFiles in lib/dataset gets a store and a function for notes. What may import what: lib/pipeline, lib/runtime and cli import all parts; training imports augmentation, dataset, model, tensorflow, native-setup and store; export, report and try-it import model, evaluation, dataset and store; dataset imports sources, and sources image and store; evaluation and image import dataset; dataset, training and sweep import random; all parts import contracts.',
      severity: 'error',
      from: {
        path: '^lib/(augmentation|dataset|sources|image|inference|model|training|evaluation|report|export|store|tensorflow|native-setup|cloud|protobuf|random|try-it)/',
      },
      to: { path: '^(lib/(pipeline|runtime)|functions|cdk|cli)/' },
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
        'The stack names handlers by path and shares lib/contracts with them. Importing their code would run it at synth.',
      severity: 'error',
      from: { path: '^cdk/' },
      to: { path: '^(lib/(?!contracts/)|functions/|cli/)' },
    },
    {
      name: 'nothing-imports-tests',
      comment: 'Product code must not import test/. Move what it needs into lib/.',
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
