"""MiniStack with Batch jobs that really run.

GATEWAY_PORT  where it listens; BIND_HOST=127.0.0.1 keeps it off the network
CDK_OUT       the cloud assembly, for the build contexts of images
JOB_FOLDER    gets the logs and process ids of jobs
HOLD_FOLDER   names the executions that wait in a state
ROLE_CALLS    a file that gets what each role asked for
ROLE_SESSIONS a file that gets the credentials that each role was given
"""

import batch_jobs
import batch_resources
import executions
import lambda_invocations
import role_calls
import step_functions
import topic_policies

batch_jobs.install()
batch_resources.install()
lambda_invocations.install()
role_calls.install()
step_functions.install()
executions.install()
topic_policies.install()

if __name__ == "__main__":
    from ministack.app import main

    main()
