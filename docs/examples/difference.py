import leverkin as lk

study = lk.load("study.h5")
ax = lk.plot.difference(study, "slow", "control")
ax.figure.savefig("difference.png", dpi=200)
