"""Records the requests of each role. With AUTH=true, MiniStack decides each request by the policies of its role. This
module writes every request with MiniStack's decision to the file ROLE_CALLS, one JSON object per line, and the
credentials of each role to the file ROLE_SESSIONS.

In MiniStack, the calls that Step Functions makes for a state machine are no requests: step_functions.py calls `ask`.
"""

import json
import os
import threading

from ministack.core import iam_evaluator
from ministack.core.responses import get_account_id, get_region
from ministack.services import sts

_lock = threading.Lock()


def _record(role, action, resource, is_allowed, context=None):
    call = {"role": role, "action": action, "resource": resource, "isAllowed": is_allowed, "context": context or {}}
    with _lock, open(os.environ["ROLE_CALLS"], "a", encoding="utf-8") as file:
        file.write(json.dumps(call) + "\n")


def ask(role, action, resource, context=None):
    """Whether the policies of the role allow an action of a service."""
    account = get_account_id()
    request = iam_evaluator.EvalContext(
        principal_arn=f"arn:aws:sts::{account}:assumed-role/{role}/service",
        principal_type="AssumedRole",
        principal_account=account,
        action=action,
        resource_arn=resource,
        region=get_region(),
        service_context={key.lower(): value for key, value in (context or {}).items()},
    )
    result = iam_evaluator.evaluate(request, iam_evaluator._gather_role_policies(role, account))
    is_allowed = result.decision == "Allow"
    _record(role, action, resource, is_allowed, context)
    return is_allowed


def role_session(role_arn, session_name):
    """Credentials of a role, as a container gets them from its host."""
    from ministack.core import lambda_runtime

    # MiniStack gives sessions to functions only. Of this session only the role is used.
    function = f"arn:aws:lambda:{get_region()}:{get_account_id()}:function:{session_name}"
    config = {"Role": role_arn, "FunctionName": session_name, "FunctionArn": function}
    return lambda_runtime.execution_credentials(config)


def _recording(enforce):
    def enforce_and_record(access_key_id, iam_action, service, region, resource_arn="*", service_context=None):
        principal = iam_evaluator.resolve_principal(access_key_id or "", get_account_id())
        arn = getattr(principal, "arn", "")
        # The roles of `cdk bootstrap` are not tested here, and MiniStack does not support all of their rights.
        if ":assumed-role/cdk-" in arn:
            return None
        denied = enforce(access_key_id, iam_action, service, region, resource_arn, service_context)
        if ":assumed-role/" in arn:
            _record(arn.split("/")[1], iam_action, resource_arn, denied is None)
        return denied

    return enforce_and_record


def _as_over_tls(pin):
    """The bucket refuses requests without TLS, and the emulator receives requests without it."""

    def pin_request_origin(source_ip, _secure_transport):
        pin(source_ip, True)

    return pin_request_origin


def _recording_sessions(register):
    def register_session(access_key, session):
        credentials = {
            "accessKeyId": access_key,
            "secretAccessKey": session["SecretAccessKey"],
            "sessionToken": session["SessionToken"],
        }
        with _lock, open(os.environ["ROLE_SESSIONS"], "a", encoding="utf-8") as file:
            file.write(json.dumps({"role": session["Arn"].split("/")[1], "credentials": credentials}) + "\n")
        register(access_key, session)

    return register_session


def install():
    sts.register_session = _recording_sessions(sts.register_session)
    iam_evaluator.enforce = _recording(iam_evaluator.enforce)
    iam_evaluator.pin_request_origin = _as_over_tls(iam_evaluator.pin_request_origin)
