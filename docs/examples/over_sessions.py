import leverkin as lk

results = lk.load("results.h5")
ax = lk.plot.over_sessions(results, "success_fraction")
ax.figure.savefig("over_sessions.png", dpi=200)
