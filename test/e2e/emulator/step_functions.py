"""What MiniStack's Step Functions lack for this workflow: Batch's `submitJob.sync`, S3's `getObject`, JSONata in a
Distributed Map, and executions that stay aborted."""

import contextvars
import json

from ministack.services import batch, stepfunctions

import batch_jobs
from batch_resources import to_camel, to_pascal

_running_execution = contextvars.ContextVar("running_execution", default=None)


def _submit_job(resource, arguments):
    status, _, body = batch_jobs.submit(to_camel(arguments))
    answer = json.loads(body)
    if status >= 400:
        error = f"Batch.{answer.get('__type', 'BatchException')}"
        raise stepfunctions._ExecutionError(error, answer.get("message", str(answer)))
    if ".sync" not in resource:
        return to_pascal(answer)
    execution = _running_execution.get()
    job = batch_jobs.wait_for(answer["jobId"], lambda: execution is None or execution["status"] == "RUNNING")
    if job["status"] == "FAILED":
        raise stepfunctions._ExecutionError("States.TaskFailed", json.dumps(to_pascal(job)))
    return to_pascal(job)


def _knowing_the_execution(execute_task):
    """AWS terminates the job of an aborted execution; whoever waits for the job has to know of whom it is."""

    def execute(state, raw_input, execution, context):
        token = _running_execution.set(execution)
        try:
            return execute_task(state, raw_input, execution, context)
        finally:
            _running_execution.reset(token)

    return execute


def _is_jsonata(context):
    return (context or {}).get("QueryLanguage") == "JSONata"


def _with_jsonata_templates(resolve):
    """MiniStack resolves a Distributed Map's ItemReader and ItemSelector as JSONPath, whatever the language."""

    def resolve_template(template, data, context=None):
        if _is_jsonata(context):
            return stepfunctions._apply_jsonata_template(template, data, context)
        return resolve(template, data, context)

    return resolve_template


def _with_jsonata_output(run_map):
    """And it leaves out the state's Output and Assign."""

    def run(state, raw_input, effective, iterator, execution, context):
        results, next_state = run_map(state, raw_input, effective, iterator, execution, context)
        if not _is_jsonata(context):
            return results, next_state
        output = stepfunctions._apply_jsonata_output(state, raw_input, context, result=results, default=results)
        stepfunctions._apply_state_assign(state, raw_input, context, result=results)
        return output, next_state

    return run


def _with_get_object(invoke):
    def invoke_integration(resource, arguments):
        if resource.endswith(":aws-sdk:s3:getObject"):
            return {"Body": stepfunctions._s3_object_text(arguments["Bucket"], arguments["Key"])}
        return invoke(resource, arguments)

    return invoke_integration


def _unless_aborted(fail_execution):
    """The job of an aborted execution fails after the abort, and must not turn it into a failed one."""

    def fail(execution, error, cause):
        if execution["status"] == "RUNNING":
            fail_execution(execution, error, cause)

    return fail


def install():
    stepfunctions._SERVICE_DISPATCH["arn:aws:states:::batch:submitJob"] = _submit_job
    stepfunctions._execute_task = _knowing_the_execution(stepfunctions._execute_task)
    stepfunctions._resolve_params_obj = _with_jsonata_templates(stepfunctions._resolve_params_obj)
    stepfunctions._run_distributed_map = _with_jsonata_output(stepfunctions._run_distributed_map)
    stepfunctions._invoke_aws_sdk_integration = _with_get_object(stepfunctions._invoke_aws_sdk_integration)
    stepfunctions._fail_execution = _unless_aborted(stepfunctions._fail_execution)
