"""CloudFormation's three Batch types, which MiniStack does not have."""

import json
import re

from ministack.core.responses import new_uuid
from ministack.services import batch
from ministack.services.cloudformation import provisioners

import batch_jobs

# Below these keys, the user chooses the names.
_OPAQUE = {"parameters", "tags"}


def to_camel(value):
    return _rename(value, lambda key: key[:1].lower() + key[1:])


def to_pascal(value):
    return _rename(value, lambda key: key[:1].upper() + key[1:])


def _rename(value, rename):
    if isinstance(value, list):
        return [_rename(item, rename) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        rename(key): (item if key.lower() in _OPAQUE else _rename(item, rename)) for key, item in value.items()
    }


def _call(operation, request):
    status, _, body = operation(request)
    answer = json.loads(body)
    if status >= 400:
        raise ValueError(answer.get("message") or str(answer))
    return answer


def _with_name(properties, name_key, stack, logical_id):
    request = to_camel(properties)
    generated = re.sub(r"[^A-Za-z0-9_-]", "-", f"{stack}-{logical_id}")[:100] + "-" + new_uuid()[:8]
    request[name_key] = request.get(name_key) or generated
    return request


def _create_compute_environment(logical_id, properties, stack):
    request = _with_name(properties, "computeEnvironmentName", stack, logical_id)
    arn = _call(batch._create_compute_environment, request)["computeEnvironmentArn"]
    return arn, {"ComputeEnvironmentArn": arn}


def _create_queue(logical_id, properties, stack):
    arn = _call(batch._create_job_queue, _with_name(properties, "jobQueueName", stack, logical_id))["jobQueueArn"]
    return arn, {"JobQueueArn": arn}


def _create_definition(logical_id, properties, stack):
    return _register(_with_name(properties, "jobDefinitionName", stack, logical_id))


def _register(request):
    arn = _call(batch._register_job_definition, request)["jobDefinitionArn"]
    definition = batch_jobs.find_definition(arn)
    for key in ("parameters", "retryStrategy", "timeout", "platformCapabilities"):
        if key in request:
            definition[key] = request[key]
    return arn, {"JobDefinitionArn": arn}


def _update_definition(arn, _old, properties, _stack):
    """Adds a revision with the same name. The revision before is deregistered, unless the template says otherwise."""
    request = to_camel(properties)
    request.setdefault("jobDefinitionName", batch_jobs.find_definition(arn)["jobDefinitionName"])
    updated = _register(request)
    if not (request.get("resourceRetentionPolicy") or {}).get("skipDeregisterOnUpdate"):
        _deregister(arn)
    return updated


def _deregister(arn, _properties=None):
    """The revision is kept, because jobs refer to it, but accepts no further job."""
    definition = batch_jobs.find_definition(arn)
    if definition is not None:
        definition["status"] = "INACTIVE"


def _update_compute_environment(arn, _old, properties, _stack):
    _call(batch._update_compute_environment, to_camel(properties) | {"computeEnvironment": arn})
    return arn, {"ComputeEnvironmentArn": arn}


def _update_queue(arn, _old, properties, _stack):
    batch._job_queues[arn.split("/")[-1]].update(to_camel(properties))
    return arn, {"JobQueueArn": arn}


def _delete_from(store):
    def delete(physical_id, _properties):
        store.pop(physical_id.split("/", 1)[-1].split(":")[0], None)

    return delete


def install():
    provisioners._RESOURCE_HANDLERS.update(
        {
            "AWS::Batch::ComputeEnvironment": {
                "create": _create_compute_environment,
                "update": _update_compute_environment,
                "delete": _delete_from(batch._compute_envs),
            },
            "AWS::Batch::JobQueue": {
                "create": _create_queue,
                "update": _update_queue,
                "delete": _delete_from(batch._job_queues),
            },
            "AWS::Batch::JobDefinition": {
                "create": _create_definition,
                "update": _update_definition,
                "delete": _deregister,
            },
        }
    )
