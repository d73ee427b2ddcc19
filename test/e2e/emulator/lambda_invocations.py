"""Lambda reports the `name` of an error that a Node.js handler threw; MiniStack reports `Runtime.HandlerError` for everything.
On a busy machine MiniStack also loses the last lines of a handler, including this name, because it waits only 5 ms for the
next line. Here each invocation ends with a marker line.
"""

import queue
import re
import time

from ministack.core import lambda_runtime
from ministack.services import lambda_svc

_REPORTED = 'trace: err.stack || ""'
_WITH_NAME = 'trace: "errorType=" + (err.name || "Error") + "\\n" + (err.stack || "")'
_NAME = re.compile(r"^errorType=(\S+)$", re.MULTILINE)
_SETTLED = "settled = true;"
_END = "end of invocation"
# For a handler that has exited the process, or could not be loaded.
_NO_END_SECONDS = 5


def _with_error_name(execute):
    def run(*arguments, **options):
        result = execute(*arguments, **options)
        name = _NAME.search(result.get("log") or "")
        if result.get("error") and isinstance(result.get("body"), dict) and name:
            result["body"]["errorType"] = name[1]
        return result

    return run


def _read_to_the_end(worker):
    lines = []
    give_up_at = time.monotonic() + _NO_END_SECONDS
    while True:
        try:
            line = worker._stderr_queue.get(timeout=max(0, give_up_at - time.monotonic()))
        except queue.Empty:
            break
        if line == _END:
            break
        lines.append(line)
    return "\n".join(lines)


def _worker_scripts():
    texts = [(key, value) for key, value in vars(lambda_runtime).items() if isinstance(value, str)]
    return [key for key, value in texts if _REPORTED in value and _SETTLED in value]


def install():
    scripts = _worker_scripts()
    if len(scripts) != 1:
        raise RuntimeError(f"The worker script of this MiniStack is not the expected one: {scripts}")
    script = getattr(lambda_runtime, scripts[0]).replace(_REPORTED, _WITH_NAME)
    script = script.replace(_SETTLED, f'{_SETTLED} _stderrWrite("{_END}\\n");')
    setattr(lambda_runtime, scripts[0], script)
    lambda_runtime.Worker._drain_stderr_bounded = _read_to_the_end
    lambda_svc._execute_function_with_config_scope = _with_error_name(lambda_svc._execute_function_with_config_scope)
