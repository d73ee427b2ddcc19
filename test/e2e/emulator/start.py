"""MiniStack with Batch jobs that run as processes.

GATEWAY_PORT  the port; BIND_HOST=127.0.0.1 allows only local connections
CDK_OUT       the cloud assembly, with the build contexts of images
JOB_FOLDER    a folder for the logs and process ids of jobs
HOLD_FOLDER   a folder with a file for each execution that waits in a state
ROLE_CALLS    a file for the requests of each role
ROLE_SESSIONS a file for the credentials of each role
"""

import batch_jobs
import batch_resources
import executions
import lambda_invocations
import map_runs
import nested_executions
import role_calls
import step_functions
import topic_policies

batch_jobs.install()
batch_resources.install()
lambda_invocations.install()
role_calls.install()
step_functions.install()
executions.install()
map_runs.install()
nested_executions.install()
topic_policies.install()

if __name__ == "__main__":
    from ministack.app import main

    main()
