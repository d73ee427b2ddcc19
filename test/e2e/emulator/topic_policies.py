"""A topic accepts messages only from the services that its policy names. MiniStack's alarms and event rules publish to
any topic.
"""

import logging

from ministack.core import iam_evaluator
from ministack.core.responses import get_account_id
from ministack.services import cloudwatch, eventbridge, sns

_logger = logging.getLogger("topic_policies")
_actions = ("AlarmActions", "OKActions", "InsufficientDataActions")


def _is_allowed(topic_arn, service, source_arn="", source_account=""):
    # AWS' own services come over TLS.
    iam_evaluator.pin_request_origin("127.0.0.1", True)
    is_allowed = sns.topic_policy_allows(topic_arn, service, source_arn, source_account)
    if not is_allowed:
        _logger.warning("%s may not publish to %s: its policy does not allow it", service, topic_arn)
    return is_allowed


def _for_alarms(dispatch):
    """The alarm changes its state anyway. On AWS only its history shows that the message failed."""

    def dispatch_actions(alarm, old_state, new_state, reason):
        source = ("cloudwatch.amazonaws.com", alarm["AlarmArn"], get_account_id())
        allowed = {key: [arn for arn in alarm.get(key) or [] if _is_allowed(arn, *source)] for key in _actions}
        dispatch({**alarm, **allowed}, old_state, new_state, reason)

    return dispatch_actions


def _for_rules(dispatch):
    """EventBridge sends no source to the policy of a topic, so a statement with a condition on it never applies.
    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html#eb-sns-permissions
    """

    def dispatch_to_topic(topic_arn, payload):
        if _is_allowed(topic_arn, "events.amazonaws.com"):
            dispatch(topic_arn, payload)

    return dispatch_to_topic


def install():
    cloudwatch._dispatch_alarm_actions = _for_alarms(cloudwatch._dispatch_alarm_actions)
    eventbridge._dispatch_to_sns = _for_rules(eventbridge._dispatch_to_sns)
