import leverkin as lk

results = lk.load("results.h5")
ax = lk.plot.figure1(results)
ax.figure.savefig("figure1.png", dpi=200)
