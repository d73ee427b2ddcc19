"""Makes MiniStack's executions behave like those of Step Functions: a failed or aborted execution can be redriven, with
the definition that it was started with, and knows how often it was.
https://docs.aws.amazon.com/step-functions/latest/dg/redrive-executions.html
https://docs.aws.amazon.com/step-functions/latest/dg/workflow-variables.html
"""

import contextvars
import json
import os
import threading
import time
from dataclasses import dataclass, field

from ministack.core.responses import error_response_json, json_response, now_iso
from ministack.services import stepfunctions

_REDRIVABLE = ("FAILED", "ABORTED", "TIMED_OUT")
_drives = {}


@dataclass
class Drive:
    """The current state of an execution. It is kept after a failure or an abort, and a redrive resumes there."""

    definition: dict
    context: dict
    state_name: str
    state_input: object
    redrives: list = field(default_factory=list)
    # By the name of their state: those that have not succeeded.
    map_runs: dict = field(default_factory=dict)


def _run(execution_arn):
    execution = stepfunctions._executions[execution_arn]
    machine = stepfunctions._state_machines[execution["stateMachineArn"]]
    definition = json.loads(machine["definition"])
    execution_input = json.loads(execution["input"])
    context = {
        "QueryLanguage": definition.get("QueryLanguage", "JSONPath"),
        "Execution": describe(execution, execution_input, machine["roleArn"]),
        "StateMachine": {"Id": execution["stateMachineArn"], "Name": machine["name"]},
        "variables": {},
    }
    prepare(execution, definition, context, execution_input)
    proceed(execution)


def prepare(execution, definition, context, execution_input):
    """For `proceed`, which runs it from its first state."""
    _drives[execution["executionArn"]] = Drive(definition, context, definition["StartAt"], execution_input)


def drive_of(execution):
    return _drives[execution["executionArn"]]


def currency_of(execution):
    """A function that tells whether the execution still runs, and was not redriven since now."""
    drive = drive_of(execution)
    attempt = len(drive.redrives)
    return lambda: execution["status"] == "RUNNING" and len(drive.redrives) == attempt


def describe(execution, execution_input, role_arn):
    return {
        "Id": execution["executionArn"],
        "Input": execution_input,
        "Name": execution["name"],
        "RoleArn": role_arn,
        "StartTime": execution["startDate"],
        "RedriveCount": 0,
    }


def proceed(execution):
    drive = drive_of(execution)
    is_current = currency_of(execution)
    try:
        while drive.state_name is not None and is_current():
            output, next_name = _run_state(drive, execution)
            if is_current():
                drive.state_input, drive.state_name = output, next_name
    except stepfunctions._ExecutionError as error:
        if is_current():
            stepfunctions._fail_execution(execution, error.error, error.cause)
        return
    except Exception as error:
        stepfunctions._fail_execution(execution, "States.Runtime", repr(error))
        raise
    if is_current():
        output = json.dumps(drive.state_input)
        execution.update(status="SUCCEEDED", output=output, stopDate=now_iso())
        stepfunctions._add_event(execution, "ExecutionSucceeded", {"executionSucceededEventDetails": {"output": output}})
        stepfunctions._emit_execution_status_event(execution)


def _run_state(drive, execution):
    name, state_input, context = drive.state_name, drive.state_input, drive.context
    state = drive.definition["States"][name]
    kind = state["Type"]
    context["State"] = {"Name": name, "EnteredTime": now_iso(), "RetryCount": 0}
    entered = {"name": name, "input": json.dumps(state_input)}
    stepfunctions._add_event(execution, f"{kind}StateEntered", {"stateEnteredEventDetails": entered})
    _wait_while_held(execution, name)
    if kind == "Fail":
        raise stepfunctions._ExecutionError(*stepfunctions._fail_state_error(state, state_input, context))
    output, next_name = _state_runners[kind](state, state_input, execution, context)
    exited = {"name": name, "output": json.dumps(output)}
    stepfunctions._add_event(execution, f"{kind}StateExited", {"stateExitedEventDetails": exited})
    return output, next_name


def _wait_while_held(execution, state_name):
    """A test holds an execution in a state by the file HOLD_FOLDER/<execution name>, which contains the state's name."""
    file = os.path.join(os.environ["HOLD_FOLDER"], execution["name"])
    while execution["status"] == "RUNNING" and os.path.exists(file):
        with open(file, encoding="utf-8") as held:
            if held.read() != state_name:
                return
        time.sleep(0.05)


# Looked up when they are called: step_functions.py replaces some.
_state_runners = {
    "Pass": lambda state, given, _execution, context: stepfunctions._execute_pass(state, given, context),
    "Choice": lambda state, given, _execution, context: stepfunctions._execute_choice(state, given, context),
    "Wait": lambda state, given, _execution, context: stepfunctions._execute_wait(state, given, context),
    "Succeed": lambda state, given, _execution, context: (
        stepfunctions._apply_jsonata_output(state, given, context, default=given),
        None,
    ),
    "Task": lambda *arguments: stepfunctions._execute_task(*arguments),
    "Map": lambda *arguments: stepfunctions._execute_map(*arguments),
    "Parallel": lambda *arguments: stepfunctions._execute_parallel(*arguments),
}


def _redrive(request):
    """Runs the incomplete state again; of a Distributed Map only what did not succeed."""
    execution = stepfunctions._executions.get(request.get("executionArn"))
    if execution is None:
        return error_response_json("ExecutionDoesNotExist", f"{request.get('executionArn')} not found", 400)
    if execution["status"] not in _REDRIVABLE:
        return error_response_json("ExecutionNotRedrivable", f"Execution is {execution['status']}", 400)
    redriven_at = note_redrive(execution)
    execution["status"] = "RUNNING"
    stepfunctions._emit_execution_status_event(execution)
    scope = contextvars.copy_context()
    threading.Thread(target=scope.run, args=(proceed, execution), daemon=True).start()
    return json_response({"redriveDate": redriven_at})


def note_redrive(execution):
    drive = drive_of(execution)
    redriven_at = now_iso()
    drive.redrives.append(redriven_at)
    drive.context["Execution"].update(RedriveCount=len(drive.redrives), RedriveTime=redriven_at)
    execution.update(stopDate=None, output=None, error=None, cause=None)
    details = {"executionRedrivenEventDetails": {"redriveCount": len(drive.redrives)}}
    stepfunctions._add_event(execution, "ExecutionRedriven", details)
    return redriven_at


def _with_redrive(handle_request):
    async def handle(method, path, headers, body, query_params):
        if headers.get("x-amz-target", "").endswith(".RedriveExecution"):
            return stepfunctions._finalize_response(_redrive(json.loads(body)))
        return await handle_request(method, path, headers, body, query_params)

    return handle


def _with_redrive_status(describe_execution):
    def describe(request):
        status, headers, body = describe_execution(request)
        if status >= 400:
            return status, headers, body
        answer = json.loads(body)
        drive = _drives.get(answer["executionArn"])
        is_redrivable = drive is not None and answer["status"] in _REDRIVABLE
        answer["redriveStatus"] = "REDRIVABLE" if is_redrivable else "NOT_REDRIVABLE"
        answer["redriveCount"] = len(drive.redrives) if drive is not None else 0
        return json_response(answer)

    return describe


def install():
    stepfunctions._run_execution = _run
    stepfunctions.handle_request = _with_redrive(stepfunctions.handle_request)
    stepfunctions._describe_execution = _with_redrive_status(stepfunctions._describe_execution)
