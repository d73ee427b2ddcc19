"""AWS Batch that runs jobs: each attempt is a child process of the emulator.

MiniStack's own Batch marks every job SUCCEEDED at once. Here a job's command runs in the staged build context of its
image (CDK_OUT/asset.<tag>), with the environment, retry strategy and timeout that its definition and submission give.
A job waits as RUNNABLE while there is a file JOB_FOLDER/no-machine-for-<job name>.
JOB_FOLDER gets `<jobId>-<attempt>.log` and `<jobId>-<attempt>.pid`. With JOB_CONTAINER, the name of a buildah container
made from the built image, the job runs in there instead.
"""

import ctypes
import fnmatch
import os
import signal
import subprocess
import sys
import threading
import time

from ministack.core.responses import error_response_json, get_account_id, get_region, new_uuid, request_scope
from ministack.services import batch

import role_calls

# ECS waits this long between SIGTERM and SIGKILL.
STOP_SECONDS = 30
ENDED = ("SUCCEEDED", "FAILED")

PR_SET_PDEATHSIG = 1
_prctl = ctypes.CDLL(None).prctl if sys.platform == "linux" else None

_processes = {}


def find_definition(reference):
    """Finds a definition by its name, with or without a revision, or by its ARN. A name alone is the newest revision."""
    name, _, revision = reference.split("job-definition/", 1)[-1].partition(":")
    revisions = batch._job_definitions.get(name) or []
    if revision:
        return next((each for each in revisions if each["revision"] == int(revision)), None)
    return next((each for each in reversed(revisions) if each["status"] == "ACTIVE"), None)


def describe_definitions(request):
    """As in Batch: a deregistered revision is listed as INACTIVE, unless a status is requested."""
    name, status = request.get("jobDefinitionName"), request.get("status")
    found = [
        each
        for key, revisions in batch._job_definitions.items()
        for each in revisions
        if name in (None, key) and status in (None, each["status"])
    ]
    return batch._json(200, {"jobDefinitions": found})


def submit(request):
    definition = find_definition(request.get("jobDefinition", ""))
    queue = request.get("jobQueue", "").split("/")[-1]
    if definition is None:
        return _refuse(f"JobDefinition {request.get('jobDefinition')} not found")
    if definition["status"] != "ACTIVE":
        return _refuse(f"JobDefinition {definition['jobDefinitionArn']} is INACTIVE")
    if queue not in batch._job_queues:
        return _refuse(f"JobQueue {request.get('jobQueue')} not found")
    container = dict(definition.get("containerProperties") or {})
    overrides = request.get("containerOverrides") or {}
    job_id = new_uuid()
    environment = {
        entry["name"]: entry.get("value", "")
        for entry in (container.get("environment") or []) + (overrides.get("environment") or [])
    }
    environment |= {"AWS_BATCH_JOB_ID": job_id, "AWS_BATCH_JQ_NAME": queue}
    job = {
        "jobId": job_id,
        "jobArn": batch._job_arn(job_id),
        "jobName": request["jobName"],
        "jobQueue": request["jobQueue"],
        "jobDefinition": definition["jobDefinitionArn"],
        "status": "SUBMITTED",
        "createdAt": batch._now_ms(),
        "attempts": [],
        "tags": request.get("tags", {}),
        "retryStrategy": request.get("retryStrategy") or definition.get("retryStrategy") or {"attempts": 1},
        "timeout": request.get("timeout") or definition.get("timeout") or {},
        "container": {
            **container,
            "command": overrides.get("command") or container.get("command") or [],
            "environment": [{"name": name, "value": value} for name, value in environment.items()],
        },
    }
    batch._jobs[job_id] = job
    scope = (get_account_id(), get_region())
    threading.Thread(target=_run_job, args=(scope, job, environment), daemon=True).start()
    return batch._json(200, {"jobId": job_id, "jobName": job["jobName"], "jobArn": job["jobArn"]})


def terminate(request):
    terminate_job(request.get("jobId"), request.get("reason", "terminated"))
    return batch._json(200, {})


def terminate_job(job_id, reason):
    """Sends SIGTERM, and SIGKILL to a process that does not stop in time. A terminated job is not retried."""
    job = batch._jobs.get(job_id)
    if job is None or job["status"] in ENDED or "_terminated" in job:
        return
    job["_terminated"] = reason
    process = _processes.get(job_id)
    if process is None:
        return
    _signal(process, signal.SIGTERM)

    def kill_later():
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            _signal(process, signal.SIGKILL)

    threading.Thread(target=kill_later, daemon=True).start()


def _refuse(message):
    return error_response_json("ClientException", message, 400)


def _signal(process, number):
    try:
        os.killpg(process.pid, number)
    except ProcessLookupError:
        pass


def _run_job(scope, job, environment):
    with request_scope(*scope):
        strategy = job["retryStrategy"]
        code, reason = None, ""
        for attempt in range(1, int(strategy.get("attempts") or 1) + 1):
            _wait_for_machine(job)
            if "_terminated" in job:
                break
            started = batch._now_ms()
            job["status"] = "RUNNING"
            job.setdefault("startedAt", started)
            code, reason, timed_out = _run_attempt(scope, job, attempt, environment)
            job["attempts"].append(
                {
                    "container": {"exitCode": code},
                    "startedAt": started,
                    "stoppedAt": batch._now_ms(),
                    "statusReason": reason,
                }
            )
            if code == 0 or timed_out or "_terminated" in job or not _is_retried(strategy, code, reason):
                break
            job["status"] = "RUNNABLE"
        _processes.pop(job["jobId"], None)
        job["container"]["exitCode"] = code
        job["stoppedAt"] = batch._now_ms()
        job["statusReason"] = job.pop("_terminated", None) or reason
        job["status"] = "SUCCEEDED" if code == 0 else "FAILED"


def _end_with_emulator():
    """No signal to the emulator reaches a session of its own. On Linux, the kernel kills it when the emulator has ended."""
    if _prctl is not None:
        _prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def _wait_for_machine(job):
    job["status"] = "RUNNABLE"
    no_machine = os.path.join(os.environ["JOB_FOLDER"], f"no-machine-for-{job['jobName']}")
    while os.path.exists(no_machine) and "_terminated" not in job:
        time.sleep(0.05)


def _run_attempt(scope, job, attempt, environment):
    image = job["container"].get("image", "")
    context = os.path.join(os.environ["CDK_OUT"], f"asset.{image.rsplit(':', 1)[-1]}")
    folder = os.environ["JOB_FOLDER"]
    name = os.path.join(folder, f"{job['jobId']}-{attempt}")
    job_environment = {
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{os.environ['GATEWAY_PORT']}",
        "AWS_REGION": scope[1],
        **role_calls.role_session(job["container"]["jobRoleArn"], job["jobId"]),
        **environment,
        "AWS_BATCH_JOB_ATTEMPT": str(attempt),
    }
    inherited = {key: os.environ[key] for key in ("PATH", "HOME") if key in os.environ}
    limit = job["timeout"].get("attemptDurationSeconds")
    with open(f"{name}.log", "wb") as log:
        try:
            process = subprocess.Popen(
                _in_container(job["container"]["command"], job_environment),
                cwd=context,
                env={**inherited, **job_environment},
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=_end_with_emulator,
            )
        except OSError as error:
            return 127, f"CannotStartContainerError: {error}", False
        _processes[job["jobId"]] = process
        with open(f"{name}.pid", "w", encoding="ascii") as file:
            file.write(str(process.pid))
        try:
            code = process.wait(limit)
        except subprocess.TimeoutExpired:
            _signal(process, signal.SIGKILL)
            process.wait()
            return 137, "Job attempt duration exceeded timeout", True
    # Killed by signal N: a container's exit code is then 128 + N.
    return (code if code >= 0 else 128 - code), "Essential container in task exited", False


def _in_container(command, environment):
    container = os.environ.get("JOB_CONTAINER")
    if not container:
        return command
    variables = [f"--env={key}={value}" for key, value in environment.items()]
    buildah = ["buildah", "--storage-driver", os.environ.get("STORAGE_DRIVER", "vfs"), "run", "--isolation", "chroot"]
    return [*buildah, "--user", "node", "--workingdir", "/app", *variables, container, "--", *command]


def _is_retried(strategy, code, status_reason):
    """The first matching rule decides. Batch retries an exit that no rule matches."""
    for rule in strategy.get("evaluateOnExit") or []:
        observed = {"onExitCode": str(code), "onStatusReason": status_reason, "onReason": ""}
        if all(fnmatch.fnmatchcase(observed[key], rule[key]) for key in observed if key in rule):
            return rule["action"].upper() == "RETRY"
    return True


def wait_for(job_id, is_wanted):
    """Waits for the end of the job. Terminates it as soon as `is_wanted` returns False."""
    while (job := batch._jobs[job_id])["status"] not in ENDED:
        if not is_wanted():
            terminate_job(job_id, "The execution was aborted")
        time.sleep(0.05)
    return job


def install():
    batch._submit_job = submit
    batch._DISPATCH.update(
        {
            "/v1/submitjob": submit,
            "/v1/terminatejob": terminate,
            "/v1/canceljob": terminate,
            "/v1/describejobdefinitions": describe_definitions,
        }
    )
