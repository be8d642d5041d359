import leverkin as lk

study = lk.load("study.h5")
late = range(7, 12)
tests = lk.stats.bootstrap_groups(
    study, "within_r", late, control="control", alternative="less"
)
ax = lk.plot.group_means(study, "within_r", late, control="control", tests=tests)
ax.figure.savefig("group_means.png", dpi=200)
