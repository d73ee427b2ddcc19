"""Searches the objectives of test/support/search-objectives.ts with Optuna's default sampler, TPE.

Argument: the number of trials. Reads from the standard input, as JSON, the first trials of each search: {objective:
[[settings, ...] of each seed, from 1]}. Prints as JSON {objective: [lowest value of each seed]}.
"""

import json
import math
import sys

import optuna

trials = int(sys.argv[1])
optuna.logging.set_verbosity(optuna.logging.ERROR)


def branin(trial):
    x = trial.suggest_float("x", -5, 10)
    y = trial.suggest_float("y", 0, 15)
    bend = y - 5.1 / (4 * math.pi**2) * x**2 + 5 / math.pi * x - 6
    return bend**2 + 10 * (1 - 1 / (8 * math.pi)) * math.cos(x) + 10 - 0.397887


def bowl(trial):
    rate = trial.suggest_float("rate", 1e-6, 1, log=True)
    a = trial.suggest_float("a", -1, 1)
    b = trial.suggest_float("b", -1, 1)
    units = trial.suggest_int("units", 1, 64)
    c = trial.suggest_float("c", 0, 1, step=0.1)
    return (
        (math.log10(rate) + 3) ** 2
        + (a - 0.3) ** 2
        + (b + 0.7) ** 2
        + ((units - 20) / 30) ** 2
        + (c - 0.6) ** 2
    )


def training(trial):
    optimizer = trial.suggest_categorical("optimizer", ["adam", "adamw", "sgd"])
    rate = trial.suggest_float("rate", 1e-5, 1, log=True)
    batch = trial.suggest_int("batch", 16, 1024, log=True)
    shape = trial.suggest_categorical("shape", ["narrow", "wide", "deep"])
    best = {"adam": -3, "adamw": -2.5, "sgd": -1}[optimizer]
    loss = {"adam": 0.1, "adamw": 0.05, "sgd": 0.0}[optimizer]
    loss += {"narrow": 0.2, "wide": 0.0, "deep": 0.03}[shape]
    loss += 0.1 * (math.log10(rate) - best) ** 2 + 0.05 * math.log2(batch / 128) ** 2
    if optimizer == "sgd":
        loss += 2 * (trial.suggest_float("momentum", 0, 0.99) - 0.9) ** 2
    return loss


def lowest(objective, seed, first):
    study = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=seed))
    for settings in first:
        study.enqueue_trial(settings)
    study.optimize(objective, n_trials=trials)
    return study.best_value


given = json.load(sys.stdin)
results = {
    objective.__name__: [
        lowest(objective, seed, first) for seed, first in enumerate(given[objective.__name__], start=1)
    ]
    for objective in (branin, bowl, training)
}
print(json.dumps(results))
