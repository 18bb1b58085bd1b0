"""Runs a command and prints one line of JSON: seconds of wall time, peak resident bytes, what it printed."""

import json
import resource
import subprocess
import sys
import time

start = time.perf_counter()
done = subprocess.run(sys.argv[1:], capture_output=True, text=True)
seconds = time.perf_counter() - start
if done.returncode:
    sys.exit(done.stderr[-2000:] or f"{sys.argv[1]} ended with {done.returncode}")
peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
print(json.dumps(dict(seconds=seconds, peak=peak, out=done.stdout)))
