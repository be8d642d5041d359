import leverkin as lk

study = lk.load("study.h5")
ax = lk.plot.groups(study, control="control", sessions=range(7, 12))
ax.figure.savefig("groups.png", dpi=200)
