import leverkin as lk

# No imaging of your own? These NWB files hold a lever and, simulated, 30 cells beside it; the same ones in every session.
files = lk.simulate("tutorial_imaging", animals=2, sessions=4, minutes=6, seed=8, format="nwb")
lk.activity.simulate(files, cells=30, coupling=0.8, reliability=0.9, lost_frames=2, surplus_pulses=1)

results = lk.analyze("tutorial_imaging", out="lever.h5")
found = lk.activity.analyze(
    results, out="lever_activity.h5", shuffles=2000, stages={"early": [1, 2], "late": [3, 4]}, pairwise=True
)
print(found.sessions[["subject", "session", "n_frames", "n_gaps", "n_windows", "fraction_movement"]].round(2))
print(found.windows.groupby("status").size())  # no window is dropped in silence
print(found.sessions.notes[0])  # what was cut, turned or assumed

print(lk.stats.per_session(lk.stats.class_fractions(found), "fraction_movement").round(2))
print(lk.stats.pair_slopes(found.pairs, {"early": [1, 2], "late": [3, 4]}, resamples=200)[["test", "n", "statistic", "p", "note"]])

ax = lk.plot.learning_panel(results, found)
ax.figure.savefig("activity_tutorial.png", dpi=200)
