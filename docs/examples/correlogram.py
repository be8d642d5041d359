import leverkin as lk

results = lk.load("results.h5")
ax = lk.plot.correlogram(results)  # subject="mouse_01": of one animal
ax.figure.savefig("correlogram.png", dpi=200)
