import leverkin as lk

study = lk.load("study.h5")
table = lk.stats.measures(study)
control = table[table.group == "control"]

ax = lk.plot.retraining(control, "within_r", pause="no pause")
ax.figure.savefig("retraining.png", dpi=200)
