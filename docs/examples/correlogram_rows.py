import numpy as np

import leverkin as lk

random = np.random.default_rng(1)
days = np.repeat([1, 2, 3, 4], 25)  # the session of each of 100 rows
pattern = random.standard_normal(50)
rows = days[:, None] * pattern + 3 * random.standard_normal((100, 50))

ax = lk.plot.correlogram(lk.correlogram(rows, days), vmin=0, vmax=1)
ax.figure.savefig("correlogram_rows.png", dpi=200)
