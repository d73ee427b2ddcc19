"""Learning rates of Keras' CosineDecay with a linear warm-up.
Usage: keras_schedules.py JSON; a list of {learningRate, steps, warmupSteps, at}; prints the rates of each."""

import json
import sys

import keras

rates = []
for case in json.loads(sys.argv[1]):
    schedule = keras.optimizers.schedules.CosineDecay(
        initial_learning_rate=0.0,
        decay_steps=case["steps"] - case["warmupSteps"],
        warmup_target=case["learningRate"],
        warmup_steps=case["warmupSteps"],
    )
    rates.append([float(schedule(step)) for step in case["at"]])
print(json.dumps(rates))
