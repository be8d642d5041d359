import leverkin as lk

results = lk.load("results.h5")
ax = lk.plot.movements(results, "mouse_01", 8, singles=10)
ax.figure.savefig("movements.png", dpi=200)
