import leverkin as lk

study = lk.load("study.h5")
table = lk.stats.measures(study)
control = table[table.group == "control"]

again = [12, 13, 14]
ax = lk.plot.retraining(control, "within_r", last=11, sessions=again, pause="no pause")
ax.figure.savefig("retraining.png", dpi=200)
