"""Writes scikit-learn's digits as people save them. Usage: digits_write.py FILE"""

import sys

import numpy as np
from sklearn.datasets import load_digits

digits = load_digits()
np.savez(sys.argv[1], images=digits.images, target=digits.target)
