import leverkin as lk

results = lk.load("results.h5")
movements = results.kinematics  # a row per rewarded movement that was used
table = movements.groupby(["subject", "session"], as_index=False)["amplitude_v"].median()
ax = lk.plot.over_sessions(table, "amplitude_v")
ax.set_ylabel("Amplitude (V)")
ax.figure.savefig("kinematics.png", dpi=200)
