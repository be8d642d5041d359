import leverkin as lk

results = lk.load("results.h5")
ax = lk.plot.trace(results, "mouse_01", 8, start_s=60, stop_s=120)
ax.figure.savefig("trace.png", dpi=200)
