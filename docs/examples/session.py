import leverkin as lk

results = lk.load("results.h5")
ax = lk.plot.session(results, "mouse_01", 3)
ax.figure.savefig("session.png", dpi=200)
