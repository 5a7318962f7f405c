# Reads a file with pandas and prints time and memory: readTable.py FILE
import json
import resource
import sys
import time

import pandas as pd

path = sys.argv[1]
began = time.perf_counter()
table = pd.read_parquet(path) if path.endswith(".parquet") else pd.read_csv(path)
seconds = time.perf_counter() - began
usage = resource.getrusage(resource.RUSAGE_SELF)
print(json.dumps({"rows": len(table), "seconds": seconds, "cpu": usage.ru_utime + usage.ru_stime, "peak": usage.ru_maxrss * 1024}))
