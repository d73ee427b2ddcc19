"""Reads an event file with TensorFlow's own reader, which checks both checksums: tensorflow_read_events.py FILE"""

import json
import sys

import tensorflow as tf

scalars = {}
for event in tf.compat.v1.train.summary_iterator(sys.argv[1]):
    for value in event.summary.value:
        scalars.setdefault(value.tag, []).append([event.step, value.simple_value])
print(json.dumps(scalars))
