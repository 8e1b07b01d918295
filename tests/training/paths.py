"""Where the training scripts are. Imported first by every test."""

import os
import sys

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
sys.path.insert(0, os.path.join(ROOT, "scripts", "training"))

# Threads that wait leave the processor to others.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

try:
    import numpy
except ImportError:
    numpy = None

NO_NUMPY = "NumPy is not installed (Debian: python3-numpy)"
