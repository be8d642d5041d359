import leverkin as lk

results = lk.load("results.h5")
ax = lk.plot.within_across(results)
ax.figure.savefig("within_across.png", dpi=200)
