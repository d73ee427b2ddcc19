"""Distributed Maps as in Step Functions: each item is an execution with its own name, variables and redrive count. A map run
that is aborted, or has more failures than it tolerates, stops its executions. A redrive runs those again that did not
succeed, each from the state where it ended.
https://docs.aws.amazon.com/step-functions/latest/dg/state-map-distributed.html
https://docs.aws.amazon.com/step-functions/latest/dg/redrive-map-run.html
"""

import contextvars
import json
import threading
import time
from dataclasses import dataclass, field

from ministack.core.responses import new_uuid, now_iso
from ministack.services import stepfunctions

import executions
import step_functions

_POLL_SECONDS = 0.02
# AWS runs as many as it can for the default, 0.
_DEFAULT_CONCURRENCY = 64


@dataclass
class MapRun:
    """Its limits are those of the moment when it started, also after a redrive."""

    children: list
    concurrency: int
    tolerated: int
    # A redriven run starts when the one before it has stopped its executions.
    lock: threading.Lock = field(default_factory=threading.Lock)


def _run_map(state, raw_input, effective, iterator, execution, context):
    drive = executions.drive_of(execution)
    is_current = executions.currency_of(execution)
    name = drive.state_name
    run = drive.map_runs.get(name)
    is_redriven = run is not None
    if not is_redriven:
        run = _start(state, raw_input, effective, iterator, execution, context)
        drive.map_runs[name] = run
    with run.lock:
        if is_redriven:
            _redrive(run, execution)
        _run_children(run, is_current)
        if not is_current():
            return None, None
        if _count_failed(run) > run.tolerated:
            message = "The specified tolerated failure threshold was exceeded"
            raise stepfunctions._ExecutionError("States.ExceedToleratedFailureThreshold", message)
        del drive.map_runs[name]
    results = [json.loads(child["output"]) for child in run.children if child["status"] == "SUCCEEDED"]
    output = stepfunctions._apply_jsonata_output(state, raw_input, context, result=results, default=results)
    stepfunctions._apply_state_assign(state, raw_input, context, result=results)
    return output, stepfunctions._next_or_end(state)


def _start(state, raw_input, effective, iterator, execution, context):
    step_functions.ask_for(execution, "states:StartExecution", execution["stateMachineArn"])
    with step_functions.calls_for(execution):
        items = stepfunctions._read_map_items(state["ItemReader"], effective, context)
    label = state.get("Label") or new_uuid()
    map_run_arn = f"{execution['stateMachineArn'].replace(':stateMachine:', ':mapRun:')}/{label}:{new_uuid()}"

    def number(name):
        value = state.get(name, 0)
        is_expression = isinstance(value, str)
        return int(stepfunctions._jsonata_state_field(state, name, "number", raw_input, context) if is_expression else value)

    children = []
    for index, item in enumerate(items):
        item_context = {**context, "Map": {"Item": {"Index": index, "Value": item}}}
        selector = state.get("ItemSelector")
        given = stepfunctions._apply_jsonata_template(selector, raw_input, item_context) if selector else item
        children.append(_make_child(execution, map_run_arn, label, given, iterator, context))
    return MapRun(children, number("MaxConcurrency") or _DEFAULT_CONCURRENCY, number("ToleratedFailureCount"))


def _make_child(execution, map_run_arn, label, given, iterator, context):
    name = new_uuid()
    child = {
        "executionArn": f"{execution['executionArn'].rsplit(':', 1)[0]}/{label}:{name}",
        "stateMachineArn": f"{execution['stateMachineArn']}/{label}",
        "name": name,
        "status": "PENDING",
        "startDate": now_iso(),
        "stopDate": None,
        "input": json.dumps(given),
        "output": None,
        "mapRunArn": map_run_arn,
        "events": [],
        "mockAttempts": {},
        # It sends no event: no rule of this stack is about the executions of a map.
        "sync": True,
    }
    stepfunctions._executions[child["executionArn"]] = child
    role_arn = context["Execution"]["RoleArn"]
    child_context = {
        "QueryLanguage": context["QueryLanguage"],
        "Execution": executions.describe(child, given, role_arn),
        "StateMachine": context["StateMachine"],
        "variables": {},
    }
    executions.prepare(child, {"States": iterator["States"], "StartAt": iterator["StartAt"]}, child_context, given)
    return child


def _redrive(run, execution):
    for child in run.children:
        if child["status"] in ("FAILED", "ABORTED"):
            step_functions.ask_for(execution, "states:RedriveExecution", child["executionArn"])
            executions.note_redrive(child)
            child["status"] = "PENDING"


def _run_children(run, is_current):
    waiting = [child for child in run.children if child["status"] == "PENDING"]
    running = {}
    while waiting or running:
        if not is_current() or _count_failed(run) > run.tolerated:
            # Those that were not started are started by a redrive.
            waiting.clear()
            for child in running.values():
                stepfunctions._stop_execution({"executionArn": child["executionArn"]})
        while waiting and len(running) < run.concurrency:
            child = waiting.pop(0)
            child["status"] = "RUNNING"
            scope = contextvars.copy_context()
            thread = threading.Thread(target=scope.run, args=(executions.proceed, child), daemon=True)
            thread.start()
            running[thread] = child
        for thread in [each for each in running if not each.is_alive()]:
            del running[thread]
        time.sleep(_POLL_SECONDS)


def _count_failed(run):
    return sum(child["status"] == "FAILED" for child in run.children)


def install():
    stepfunctions._run_distributed_map = _run_map
