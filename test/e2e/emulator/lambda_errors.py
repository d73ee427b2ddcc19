"""Lambda reports the `name` of what a Node.js handler threw; MiniStack reports `Runtime.HandlerError` for everything.
And it loses what a handler writes at its end, this name with it, where the machine is too busy to pass it on within 5 ms.
"""

import re

from ministack.core import lambda_runtime
from ministack.services import lambda_svc

_REPORTED = 'trace: err.stack || ""'
_WITH_NAME = 'trace: "errorType=" + (err.name || "Error") + "\\n" + (err.stack || "")'
_NAME = re.compile(r"^errorType=(\S+)$", re.MULTILINE)


def _with_error_name(execute):
    def run(*arguments, **options):
        result = execute(*arguments, **options)
        name = _NAME.search(result.get("log") or "")
        if result.get("error") and isinstance(result.get("body"), dict) and name:
            result["body"]["errorType"] = name[1]
        return result

    return run


def _patiently(drain):
    def drain_patiently(self, first_line_wait=0.5, idle_confirm=0.1, hard_cap=5):
        return drain(self, first_line_wait, idle_confirm, hard_cap)

    return drain_patiently


def _worker_scripts():
    return [key for key, value in vars(lambda_runtime).items() if isinstance(value, str) and _REPORTED in value]


def install():
    scripts = _worker_scripts()
    if len(scripts) != 1:
        raise RuntimeError(f"The worker script of this MiniStack is not the expected one: {scripts}")
    script = getattr(lambda_runtime, scripts[0])
    setattr(lambda_runtime, scripts[0], script.replace(_REPORTED, _WITH_NAME))
    lambda_svc._execute_function_with_config_scope = _with_error_name(lambda_svc._execute_function_with_config_scope)
    lambda_runtime.Worker._drain_stderr_bounded = _patiently(lambda_runtime.Worker._drain_stderr_bounded)
