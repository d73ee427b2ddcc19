"""Adds to MiniStack's Step Functions what the workflows need: Batch's `submitJob.sync`, S3's `getObject`, JSONata in the
reader of a Distributed Map, and executions that stay aborted."""

import contextlib
import contextvars
import json

from ministack.services import batch, stepfunctions

import batch_jobs
import role_calls
from batch_resources import to_camel, to_pascal

_running_execution = contextvars.ContextVar("running_execution", default=None)


def running_execution():
    """The one that the current call is for."""
    return _running_execution.get()


@contextlib.contextmanager
def calls_for(execution):
    """Calls are those of this execution: its role needs the rights, and its abort ends the wait for a job."""
    token = _running_execution.set(execution)
    try:
        yield
    finally:
        _running_execution.reset(token)


def _ask(action, resource, context=None):
    execution = _running_execution.get()
    if execution is not None:
        ask_for(execution, action, resource, context)


def ask_for(execution, action, resource, context=None):
    """Checks that the role of the state machine has the right for a call that AWS makes with it."""
    # A map run's executions belong to `<machine>/<label>`.
    machine = stepfunctions._state_machines[execution["stateMachineArn"].split("/")[0]]
    if not role_calls.ask(machine["roleArn"].rsplit("/", 1)[-1], action, resource, context):
        message = f"{machine['roleArn']} is not authorized to perform: {action} on resource: {resource}"
        raise stepfunctions._ExecutionError("States.Permissions", message)


def _submit_job(resource, arguments):
    request = to_camel(arguments)
    definition = batch_jobs.find_definition(request["jobDefinition"])
    # Batch checks the right to the revision, even if only the name is given.
    for target in (request["jobQueue"], definition["jobDefinitionArn"] if definition else request["jobDefinition"]):
        _ask("batch:SubmitJob", target)
    status, _, body = batch_jobs.submit(request)
    answer = json.loads(body)
    if status >= 400:
        error = f"Batch.{answer.get('__type', 'BatchException')}"
        raise stepfunctions._ExecutionError(error, answer.get("message", str(answer)))
    if ".sync" not in resource:
        return to_pascal(answer)
    execution = _running_execution.get()
    tags = request.get("tags", {})
    _ask("batch:TagResource", answer["jobArn"], {f"aws:RequestTag/{key}": value for key, value in tags.items()})
    _ask("batch:DescribeJobs", "*")

    def is_wanted():
        if execution is None or execution["status"] == "RUNNING":
            return True
        _ask("batch:TerminateJob", answer["jobArn"], {f"aws:ResourceTag/{key}": value for key, value in tags.items()})
        return False

    job = batch_jobs.wait_for(answer["jobId"], is_wanted)
    if job["status"] == "FAILED":
        raise stepfunctions._ExecutionError("States.TaskFailed", json.dumps(to_pascal(job)))
    return to_pascal(job)


def _with_running_execution(execute_task):
    def execute(state, raw_input, execution, context):
        with calls_for(execution):
            return execute_task(state, raw_input, execution, context)

    return execute


def _is_jsonata(context):
    return (context or {}).get("QueryLanguage") == "JSONata"


def _with_jsonata_templates(resolve):
    """MiniStack resolves the ItemReader of a Distributed Map as JSONPath, in every query language."""

    def resolve_template(template, data, context=None):
        if _is_jsonata(context):
            return stepfunctions._apply_jsonata_template(template, data, context)
        return resolve(template, data, context)

    return resolve_template


def _with_sdk_calls(invoke):
    """S3's getObject, and Batch's operations as the queue watch calls them."""

    def invoke_integration(resource, arguments):
        if resource.endswith(":aws-sdk:s3:getObject"):
            return {"Body": stepfunctions._s3_object_text(arguments["Bucket"], arguments["Key"])}
        service, _, action = resource.partition(":aws-sdk:")[2].partition(":")
        if service == "batch":
            return _call_batch(action, to_camel(arguments))
        return invoke(resource, arguments)

    return invoke_integration


def _call_batch(action, request):
    job = batch._jobs.get(request.get("jobId"))
    tags = {f"aws:ResourceTag/{key}": value for key, value in job["tags"].items()} if job else {}
    _ask(f"batch:{action[0].upper()}{action[1:]}", job["jobArn"] if job else "*", tags)
    _, _, body = batch._DISPATCH[f"/v1/{action.lower()}"](request)
    return to_pascal(json.loads(body))


def _recording_reads(read):
    def read_object(bucket, key):
        _ask("s3:GetObject", f"arn:aws:s3:::{bucket}/{key}")
        return read(bucket, key)

    return read_object


def _recording_invocations(call):
    def call_lambda(reference, event):
        _ask("lambda:InvokeFunction", reference)
        return call(reference, event)

    return call_lambda


def _unless_aborted(fail_execution):
    """The job of an aborted execution fails after the abort, and must not turn it into a failed one."""

    def fail(execution, error, cause):
        if execution["status"] == "RUNNING":
            fail_execution(execution, error, cause)

    return fail


def install():
    stepfunctions._SERVICE_DISPATCH["arn:aws:states:::batch:submitJob"] = _submit_job
    stepfunctions._execute_task = _with_running_execution(stepfunctions._execute_task)
    stepfunctions._resolve_params_obj = _with_jsonata_templates(stepfunctions._resolve_params_obj)
    stepfunctions._invoke_aws_sdk_integration = _with_sdk_calls(stepfunctions._invoke_aws_sdk_integration)
    stepfunctions._s3_object_text = _recording_reads(stepfunctions._s3_object_text)
    stepfunctions._call_lambda = _recording_invocations(stepfunctions._call_lambda)
    stepfunctions._fail_execution = _unless_aborted(stepfunctions._fail_execution)
