import leverkin as lk

files = lk.simulate("panel_mice", animals=2, sessions=3, minutes=6, seed=5, format="hdf5")
lk.activity.simulate(files, cells=30)
results = lk.analyze("panel_mice", out="panel_mice.h5")
found = lk.activity.analyze(results, shuffles=500)
spines = lk.structures.correct(lk.structures.simulate(animals=4, seed=3)[0])
ax = lk.plot.learning_panel(results, found, lk.structures.dynamics(spines), lk.structures.survival(spines))
ax.figure.savefig("learning_panel.png", dpi=200)
