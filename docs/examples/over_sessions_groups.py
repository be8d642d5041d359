import leverkin as lk

study = lk.load("study.h5")
ax = lk.plot.over_sessions(
    study, "cue_to_reward_s", by_group=True, animals=True, control="control"
)
ax.figure.savefig("over_sessions_groups.png", dpi=200)
