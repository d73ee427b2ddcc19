"""`states:startExecution.sync:2` as in Step Functions: the nested execution is like any other, an abort of the parent stops it,
and its failure is `States.TaskFailed`, with its description as the cause.
https://docs.aws.amazon.com/step-functions/latest/dg/connect-stepfunctions.html
https://docs.aws.amazon.com/step-functions/latest/dg/connect-to-resource.html#connect-sync
"""

import json
import time

from ministack.core.responses import json_response
from ministack.services import stepfunctions

import step_functions
from batch_resources import to_pascal

_POLL_SECONDS = 0.05


def _run_nested(resource, arguments):
    parent = step_functions.running_execution()
    step_functions.ask_for(parent, "states:StartExecution", arguments["StateMachineArn"])
    status, _, body = stepfunctions._start_execution(stepfunctions._nested_start_execution_request(arguments))
    answer = json.loads(body)
    if status >= 400:
        raise stepfunctions._ExecutionError(f"StepFunctions.{answer['__type']}Exception", answer["message"])
    nested = stepfunctions._executions[answer["executionArn"]]
    step_functions.ask_for(parent, "states:DescribeExecution", nested["executionArn"])
    while nested["status"] == "RUNNING":
        if parent["status"] != "RUNNING":
            step_functions.ask_for(parent, "states:StopExecution", nested["executionArn"])
            stepfunctions._stop_execution({"executionArn": nested["executionArn"]})
        time.sleep(_POLL_SECONDS)
    _, _, body = stepfunctions._describe_execution({"executionArn": nested["executionArn"]})
    described = to_pascal(json.loads(body))
    if nested["status"] != "SUCCEEDED":
        raise stepfunctions._ExecutionError("States.TaskFailed", json.dumps(described))
    return {**described, "Output": json.loads(nested["output"])}


def _idempotent(start):
    """The same name and input as a running execution: that execution.
    https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html
    """

    def start_execution(request):
        machine = request.get("stateMachineArn", "").replace(":stateMachine:", ":execution:")
        execution = stepfunctions._executions.get(f"{machine}:{request.get('name')}")
        is_same = execution and execution["status"] == "RUNNING" and execution["input"] == request.get("input", "{}")
        if is_same:
            return json_response({"executionArn": execution["executionArn"], "startDate": execution["startDate"]})
        return start(request)

    return start_execution


def install():
    stepfunctions._invoke_nested_start_execution_sync = _run_nested
    stepfunctions._start_execution = _idempotent(stepfunctions._start_execution)
