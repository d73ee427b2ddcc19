"""Reads {name: policy document} from standard input; prints parliament's findings as one JSON array."""

import json
import sys

from parliament import analyze_policy_string

findings = []
for name, document in json.load(sys.stdin).items():
    for finding in analyze_policy_string(json.dumps(document), ignore_private_auditors=True).findings:
        findings.append({"policy": name, "issue": finding.issue, "detail": str(finding.detail or finding.location)})
print(json.dumps(findings))
